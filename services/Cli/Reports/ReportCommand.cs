using System.CommandLine;
using System.Text;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Reports.OfRun;
using ZiGong.Cli.Reports.Page;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.Cli.Reports;

/// <summary><c>report</c>: all about a run as one page that needs no network, or as Markdown.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var subject = ShowCommand.RunArgument();
        var file = new Option<string?>("--out") { Description = "File to write; '-' is the standard output. Default: zigong-report-RUN.html (or .md) here." };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown instead of HTML: tables in place of the plots." };
        return builder.Command(
            "report",
            "Write a report of a run: one HTML page with plots that needs no network, or Markdown.",
            [subject, file, markdown],
            async (parsed, screen, ct) =>
            {
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await using var db = reader.NewContext();
                var run = await RunFinder.FindAsync(db, parsed.GetRequiredValue(subject), ct);
                var page = RunReport.Of(await new RunFactsReader(db, new ArtifactStore(settings.Artifacts)).ReadAsync(run, ct));
                var isMarkdown = parsed.GetValue(markdown);
                var text = isMarkdown ? MarkdownReport.Write(page) : HtmlReport.Write(page);
                Save(text, parsed.GetValue(file) ?? $"zigong-report-{RunFinder.Short(run.RunId)}.{(isMarkdown ? "md" : "html")}", parsed.InvocationConfiguration.Output, screen);
                return ExitCodes.Done;
            },
            "zigong report latest",
            "zigong report latest --out report.html",
            "zigong report 019a3c52-7d1e --markdown --out -");
    }

    /// <exception cref="InputException">The file cannot be written.</exception>
    private static void Save(string text, string file, TextWriter output, Screen screen)
    {
        if (file == "-")
        {
            output.Write(text);
            return;
        }

        var bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text);
        try
        {
            File.WriteAllBytes(file, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"the report cannot be written to '{file}': {e.Message}; give another file with --out", e);
        }

        if (screen.Json)
        {
            screen.Data(new { File = Path.GetFullPath(file), Bytes = bytes.Length });
        }
        else
        {
            screen.Line($"{Path.GetFullPath(file)} ({Format.Bytes(bytes.Length)})");
        }
    }
}
