using System.CommandLine;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Runs;
using ZiGong.Storage;

namespace ZiGong.Cli.Runs;

/// <summary><c>show</c>: everything about one run.</summary>
internal static class ShowCommand
{
    /// <summary>The argument that names a run, the same for every command.</summary>
    public static Argument<string> RunArgument(ArgumentArity? arity = null) => new("RUN")
    {
        Description = "A run's id, a unique beginning of it, or `latest`.",
        Arity = arity ?? ArgumentArity.ExactlyOne,
    };

    public static Command Create(CommandBuilder builder)
    {
        var run = RunArgument();
        return builder.Command(
            "show",
            "Show a run: metrics with intervals, gates, stages and their times, lineage.",
            [run],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                await using var db = reader.NewContext();
                var found = await db.FindRunAsync(parsed.GetRequiredValue(run), ct);
                if (PauseCommands.NoteOf(await PipelineSwitch.StateAsync(db, ct)) is { } paused)
                {
                    screen.Note(paused);
                }

                await PrintAsync(await RunView.ReadAsync(db, found.RunId, TimeProvider.System, ct), reader, screen, ct);
                return ExitCodes.Done;
            },
            "zigong show latest",
            "zigong show 019a3c52-7d1e --json");
    }

    public static async Task PrintAsync(RunView view, Reader reader, Screen screen, CancellationToken ct)
    {
        await using var db = reader.NewContext();
        var result = await RunResult.ReadAsync(db, view, ct);
        if (view.Run.Kind == RunKind.Fidelity)
        {
            var artifacts = new ArtifactStore(CliSettings.Read().Artifacts);
            result = result with { Fidelity = await FidelityResults.ReadAsync(view, artifacts, DateTimeOffset.MinValue, ct) };
        }

        if (screen.Json)
        {
            screen.Data(RunResultView.Json(result));
        }
        else
        {
            RunResultView.Print(result, screen);
        }
    }
}
