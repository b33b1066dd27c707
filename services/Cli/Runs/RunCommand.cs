using System.CommandLine;
using System.CommandLine.Parsing;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Storage;

namespace ZiGong.Cli.Runs;

/// <summary><c>run</c>: a table, or what is stored of it, to an announced model.</summary>
internal static class RunCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var dataset = new Option<string?>("--dataset") { Description = "A shipped name (see `dataset list`) or the path of a descriptor." };
        var file =
            new Argument<string?>("FILE") { Description = "Table to ingest first; without one the run uses what is stored.", Arity = ArgumentArity.ZeroOrOne };
        var set =
            new Option<string[]>("--set") { Description = "Change an option: Section:Name=value (see `options`); repeatable.", DefaultValueFactory = _ => [] };
        var seed = new Option<long?>("--seed") { Description = "Seed of everything random; the same as --set Seed=N." };
        var resume = new Option<string?>("--resume") { Description = "Go on with this run instead of starting one." };
        return builder.Command(
            "run",
            "Run the whole pipeline: score, select, tune, evaluate, announce.",
            [dataset, file, set, seed, resume],
            async (parsed, screen, ct) =>
            {
                if (parsed.GetValue(resume) is not null
                    && new Symbol[] { file, set, seed }.FirstOrDefault(s => parsed.GetResult(s) is { } given && IsGiven(given)) is { } extra)
                {
                    throw new UsageException(
                        $"--resume takes no {extra.Name}: options and data are frozen with a run; start a new one with --dataset\nTry: zigong run --help");
                }

                var options = OptionsOf(parsed.GetValue(set)!, parsed.GetValue(seed));
                var settings = CliSettings.Read();
                return (parsed.GetValue(resume), parsed.GetValue(dataset)) switch
                {
                    ({ } run, null) => await ResumeAsync(builder.Local, run, settings, screen, ct),
                    (null, { } name) => await StartAsync(builder.Local, name, parsed.GetValue(file), options, settings, screen, ct),
                    _ => throw new UsageException("give either --dataset DESCRIPTOR or --resume RUN\nTry: zigong run --help"),
                };
            },
            "zigong run --dataset german german.data",
            "zigong run --dataset uci-default UCI_Credit_Card.csv --set Selection:Size=0.3 --seed 7",
            "zigong run --dataset uci-default          (what is stored already)",
            "zigong run --resume latest");
    }

    /// <exception cref="InputException">An option is unknown or out of range.</exception>
    public static RunOptions OptionsOf(IEnumerable<string> assignments, long? seed)
    {
        var options = assignments.Aggregate(new RunOptions(), RunOptionsReader.Set);
        return seed is null ? options : RunOptionsReader.Set(options, $"Seed={seed}");
    }

    // An option's default and an absent argument have a result too.
    private static bool IsGiven(SymbolResult result) => result is OptionResult { Implicit: false } || (result is ArgumentResult && result.Tokens.Count > 0);

    private static async Task<int> StartAsync(
        LocalServices local, string dataset, string? file, RunOptions options, PipelineOptions settings, Screen screen, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Load(dataset);
        await using var reader = await Reader.OpenAsync(settings, ct);
        if (file is not null)
        {
            var summary = await IngestCommand.RunAsync(local, descriptor, file, reader, screen, ct);
            if (!screen.Json)
            {
                IngestCommand.Print(descriptor, summary, screen);
            }
        }

        var view = await new PipelineRun(local, reader, settings, screen, TimeProvider.System).StartAsync(DescriptorFile.Text(dataset), options, ct);
        await ShowCommand.PrintAsync(view, reader, screen, ct);
        return ExitCodes.Done;
    }

    private static async Task<int> ResumeAsync(LocalServices local, string text, PipelineOptions settings, Screen screen, CancellationToken ct)
    {
        await using var reader = await Reader.OpenAsync(settings, ct);
        await using var db = reader.NewContext();
        var run = await db.FindRunAsync(text, ct);
        var view = await new PipelineRun(local, reader, settings, screen, TimeProvider.System).ResumeAsync(run.RunId, ct);
        await ShowCommand.PrintAsync(view, reader, screen, ct);
        return ExitCodes.Done;
    }
}
