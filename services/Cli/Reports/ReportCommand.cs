using System.CommandLine;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.OfExperiment;
using ZiGong.Reports.OfFidelity;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage;

namespace ZiGong.Cli.Reports;

/// <summary><c>report</c>: all about a run or an experiment as one page that needs no network, or as Markdown.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var subject = new Argument<string>("RUN|EXPERIMENT")
        {
            Description = "A run or an experiment: its id, a unique beginning of it, `latest` for the newest run, or an experiment's name for its newest.",
        };
        var file = new Option<string?>("--out") { Description = "File to write; '-' is the standard output. Default: zigong-report-ID.html (or .md) here." };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown instead of HTML: tables in place of the plots." };
        return builder.Command(
            "report",
            "Write a report of a run or an experiment: one HTML page with plots that needs no network, or Markdown.",
            [subject, file, markdown],
            async (parsed, screen, ct) =>
            {
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await using var db = reader.NewContext();
                var (name, page) = await PageAsync(db, new ArtifactStore(settings.Artifacts), parsed.GetRequiredValue(subject), ct);
                Write(name, page, parsed, screen);
                return ExitCodes.Done;
            },
            "zigong report latest",
            "zigong report latest --out report.html",
            "zigong report decay --markdown --out -");
    }

    /// <summary>Writes a page where the command's options want it.</summary>
    /// <param name="name">Short id of what it is about.</param>
    public static void Write(string name, ReportPage page, ParseResult parsed, Screen screen)
    {
        var isMarkdown = parsed.GetValue<bool>("--markdown");
        var path = parsed.GetValue<string?>("--out") ?? $"zigong-report-{name}.{(isMarkdown ? "md" : "html")}";
        if (Save(page, isMarkdown, path, parsed.InvocationConfiguration.Output) is { } bytes)
        {
            Tell(path, bytes, screen);
        }
    }

    /// <summary>The report, and the short id of what it is about.</summary>
    /// <exception cref="InputException">There is no such run or experiment, or there are several.</exception>
    internal static async Task<(string Name, ReportPage Page)> PageAsync(PipelineDb db, ArtifactStore artifacts, string text, CancellationToken ct)
    {
        if (await IsExperimentAsync(db, text, ct))
        {
            var experiment = await ExperimentStore.FindAsync(db, text, ct);
            return (ExperimentStore.Short(experiment.Id), ExperimentReport.Of(await ExperimentResults.ReadAsync(db, artifacts, experiment, ct)));
        }

        if (text == "fidelity")
        {
            throw new InputException(
                "fidelity runs are reported by their ids, which zigong runs lists; zigong experiment fidelity writes a report itself with --report FILE");
        }

        var run = await db.FindRunAsync(text, ct);
        if (run.Kind == RunKind.Fidelity)
        {
            var view = await RunView.ReadAsync(db, run.RunId, TimeProvider.System, ct);
            var result = await FidelityResults.ReadAsync(view, artifacts, DateTimeOffset.MinValue, ct)
                ?? throw new InputException($"run {run.RunId} has no figures yet: {ProgressText.Line(view.Stages)}");
            return (RunFinder.Short(run.RunId), FidelityReport.Of(result));
        }

        await db.NoteReadAsync(OperatorSession.Actor, $"{run.RunId}", "report with samples and their fields", TimeProvider.System, ct);
        return (RunFinder.Short(run.RunId), RunReport.Of(await new RunFactsReader(db, artifacts).ReadAsync(run, ct)));
    }

    /// <summary>An experiment's name, or the beginning of an experiment's id that is none of a run's.</summary>
    private static async Task<bool> IsExperimentAsync(PipelineDb db, string text, CancellationToken ct)
    {
        if (ExperimentCatalog.All.Any(k => k.Name == text))
        {
            return true;
        }

        var start = text.ToLowerInvariant();
        var isExperiment = start.Length > 0 && await db.Experiments.AnyAsync(e => e.Id.StartsWith(start), ct);
        var runs = isExperiment ? await db.Runs.Select(r => r.RunId).ToListAsync(ct) : [];
        return runs.Exists(r => r.ToString("N").StartsWith(start, StringComparison.Ordinal))
            ? throw new InputException($"'{text}' is the beginning of a run and of an experiment; give more of the id")
            : isExperiment;
    }

    /// <param name="file">Path, or '-' for <paramref name="output"/>.</param>
    /// <returns>Bytes written; null where they went to <paramref name="output"/>.</returns>
    /// <exception cref="InputException">The file cannot be written.</exception>
    internal static int? Save(ReportPage page, bool markdown, string file, TextWriter output)
    {
        var text = markdown ? MarkdownReport.Write(page) : HtmlReport.Write(page);
        if (file == "-")
        {
            output.Write(text);
            return null;
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

        return bytes.Length;
    }

    private static void Tell(string file, int bytes, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(new { File = Path.GetFullPath(file), Bytes = bytes });
        }
        else
        {
            screen.Line($"{Path.GetFullPath(file)} ({Format.Bytes(bytes)})");
        }
    }
}
