using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.OfFidelity;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary><c>experiment fidelity</c>: what influence scores are worth, by models trained on subsets, left-out samples and flipped labels.</summary>
internal static class FidelityCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var dataset = new Option<string>("--dataset") { Description = "A shipped name (see `dataset list`) or the path of a descriptor.", Required = true };
        var files = new Argument<string[]>("FILES")
        {
            Description = "The tables; what a model is shown of their samples is stored, no fields and no ids.",
            Arity = ArgumentArity.OneOrMore,
        };
        var measure = new Option<FidelityMeasure[]>("--measure")
        {
            Description = "What to measure: lds, loo, flips, sketch or stability; repeatable; all of it where not given.", DefaultValueFactory = _ => [],
        };
        var settings = new SettingWords();
        var set = new Option<string[]>("--set")
        {
            Description = "Change an option of agent, gradients, scores or tuning: Section:Name=value; repeatable.", DefaultValueFactory = _ => [],
        };
        var report = new Option<string?>("--report")
        {
            Description = "Also write a report: one HTML page that needs no network, or Markdown where the name ends in .md.",
        };
        return builder.Command(
            "fidelity",
            "Measure what influence scores are worth; stopped, it goes on where it was.",
            [dataset, files, measure, .. settings.All, set, report],
            (parsed, screen, ct) => RunAsync(
                builder.Local,
                parsed.GetRequiredValue(dataset),
                parsed.GetRequiredValue(files),
                [.. parsed.GetValue(measure)! is { Length: > 0 } chosen ? chosen : Enum.GetValues<FidelityMeasure>()],
                settings.Read(parsed),
                RunCommand.OptionsOf(parsed.GetValue(set)!, seed: null),
                parsed.GetValue(report),
                screen,
                ct),
            "zigong experiment fidelity --dataset german german.data --report fidelity.html",
            "zigong experiment fidelity --dataset simulated sim.csv --measure lds --subsets 32 --seeds 2");
    }

    private static async Task<int> RunAsync(
        LocalServices local, string dataset, string[] files, HashSet<FidelityMeasure> measures, FidelitySettings settings, RunOptions options, string? report,
        Screen screen, CancellationToken ct)
    {
        SettingRanges.Check(settings);
        if (report is not null && (report == "-" || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(report)))))
        {
            throw new InputException($"--report {report}: give a file in a folder that exists");
        }

        var configuration = CliSettings.Read();
        await using var reader = await Reader.OpenAsync(configuration, ct);
        var hasher = await local.OpenSubjectsAsync(configuration, reader.Source, ct);
        var descriptor = DescriptorFile.Load(dataset);
        var (plan, encoding) = FidelityPlanning.Of(descriptor, FidelityPlanning.Read(descriptor, files, hasher, ct), settings, measures, options);
        var run = new FidelityRun(local, reader, configuration, screen, TimeProvider.System);
        var result = await run.MeasureAsync(plan, encoding, DescriptorFile.Text(dataset), options, ct);
        if (result.Found > 0)
        {
            screen.Note($"{Format.Count(result.Found)} of {Format.Count(result.Trained + result.Found)} runs were there already");
        }

        FidelityView.Print(result, screen);
        if (report is not null)
        {
            ReportCommand.Save(FidelityReport.Of(result), report.EndsWith(".md", StringComparison.OrdinalIgnoreCase), report, TextWriter.Null);
            screen.Note($"report: {Path.GetFullPath(report)}");
        }

        return ExitCodes.Done;
    }
}
