using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ZiGong.Cli.Terminal;

/// <summary>What a command prints on: tables or JSON on the output, messages on the error stream.</summary>
public sealed class Screen
{
    // Wide enough that a Markdown row never breaks.
    private const int MarkdownWidth = 20_000;

    // Tables that go into files and pipes are not squeezed into the 80 columns that a missing terminal reports.
    private const int PipeWidth = 200;

    private static readonly JsonSerializerOptions JsonFormat = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly TextWriter _output;
    private readonly TextWriter _errors;

    public Screen(
        TextWriter output, TextWriter errors, bool json = false, bool verbose = false, bool terminal = false, bool colours = false, bool markdown = false)
    {
        _output = output;
        _errors = errors;
        Json = json;
        Verbose = verbose;
        Markdown = markdown && !json;
        Live = terminal && !json && !markdown;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Live ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours && !json && !markdown ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!terminal || Markdown)
        {
            Console.Profile.Width = PipeWidth;
        }
    }

    public bool Json { get; }

    public bool Verbose { get; }

    /// <summary>Tables, headings and paragraphs as a document takes them.</summary>
    public bool Markdown { get; }

    /// <summary>Whether something may be drawn over again.</summary>
    public bool Live { get; }

    public IAnsiConsole Console { get; }

    public void Print(IRenderable what)
    {
        if (Markdown && what is Table table)
        {
            PrintMarkdown(table);
            return;
        }

        Console.Write(what);
    }

    /// <summary>The renderer fills every line up to the width of the table, those above and below it too, which a document does not want.</summary>
    private void PrintMarkdown(Table table)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = MarkdownWidth;
        console.Write(table.Border(TableBorder.Markdown));
        foreach (var line in text.ToString().Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0))
        {
            _output.WriteLine(line);
        }

        _output.WriteLine();
    }

    /// <summary>A line of the result; nothing in it is markup or steers the terminal.</summary>
    public void Line(string text = "") => _output.WriteLine(PlainText.Of(Markdown && text.Length > 0 ? text + Environment.NewLine : text));

    public void Heading(string text)
    {
        text = PlainText.Of(text);
        if (Markdown)
        {
            _output.WriteLine($"### {text}\n");
            return;
        }

        Console.WriteLine();
        Console.Write(new Markup($"[bold]{Markup.Escape(text)}[/]\n"));
    }

    public void Data(object value) => _output.WriteLine(JsonSerializer.Serialize(value, value.GetType(), JsonFormat));

    /// <summary>One JSON object on one line, for streams.</summary>
    public void DataLine(object value) =>
        _output.WriteLine(JsonSerializer.Serialize(value, value.GetType(), new JsonSerializerOptions(JsonFormat) { WriteIndented = false }));

    /// <summary>Something worth knowing that is not the result.</summary>
    public void Note(string text) => _errors.WriteLine(PlainText.Of(text));

    /// <summary>Reports an error; returns the exit code that belongs to it.</summary>
    public int Fail(Exception e)
    {
        var report = ErrorReport.Of(e);
        if (Json)
        {
            _errors.WriteLine(JsonSerializer.Serialize(
                new { error = new { report.Kind, report.Message, report.Hint, report.ExitCode, Details = Verbose ? report.Details : null } }, JsonFormat));
            return report.ExitCode;
        }

        Note($"zigong: {report.Message}");
        if (report.Hint is not null)
        {
            Note($"        {report.Hint}");
        }

        if (Verbose)
        {
            Note(report.Details);
        }

        return report.ExitCode;
    }
}
