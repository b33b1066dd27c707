using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Runs;
using ZiGong.Storage;

namespace ZiGong.Cli.Operations;

/// <summary><c>retry</c> and <c>cancel</c>.</summary>
internal static class RunOperationCommands
{
    public static Command Retry(CommandBuilder builder)
    {
        var run = ShowCommand.RunArgument();
        return builder.Command(
            "retry",
            "Give the failed units of a run fresh attempts, and follow it to its end.",
            [run],
            async (parsed, screen, ct) =>
            {
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await using var db = reader.NewContext();
                var found = await db.FindRunAsync(parsed.GetRequiredValue(run), ct);
                var view = await new PipelineRun(builder.Local, reader, settings, screen, TimeProvider.System)
                    .RetryAsync(found.RunId, OperatorSession.Actor, ct);
                await ShowCommand.PrintAsync(view, reader, screen, ct);
                return ExitCodes.Done;
            },
            "zigong retry latest");
    }

    public static Command Cancel(CommandBuilder builder)
    {
        var run = ShowCommand.RunArgument();
        var reason = new Option<string>("--reason") { Description = "Why; kept in the event and the audit.", DefaultValueFactory = _ => "" };
        return builder.Command(
            "cancel",
            "End a run; its workers stop within seconds. What is done can be reused by a replay.",
            [run, reason],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                await using var db = reader.NewContext();
                var found = await db.FindRunAsync(parsed.GetRequiredValue(run), ct);
                await using var session = await OperatorSession.StartAsync(ct);
                await session.Runs.CancelAsync(found.RunId, parsed.GetRequiredValue(reason), OperatorSession.Actor, ct);
                if (screen.Json)
                {
                    screen.Data(new { found.RunId, Status = "Cancelled", Generation = found.Generation + 1 });
                }
                else
                {
                    screen.Line($"Run {found.RunId} is cancelled. To go on with it: zigong replay {RunFinder.Short(found.RunId)} --from STAGE --units missing");
                }

                return ExitCodes.Done;
            },
            "zigong cancel latest --reason \"wrong table\"");
    }
}
