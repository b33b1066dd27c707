using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage;

namespace ZiGong.Cli.Operations;

/// <summary><c>replay</c>: does a run's stages again, from one on.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var run = ShowCommand.RunArgument();
        var stages = string.Join(", ", StageCatalogue.Of(RunKind.Full).Select(s => s.Name));
        var from =
            new Option<string>("--from") { Description = $"The first stage to do again: {stages}; of a fidelity run pieces or fidelity.", Required = true };
        var units = new Option<string>("--units")
        {
            Description = "Which units of that stage: all, failed, or missing (not done, or their files lost or damaged).", DefaultValueFactory = _ => "all",
        };
        var set =
            new Option<string[]>("--set")
            {
                Description = "Change an option: Section:Name=value; a child run on the same snapshot does the work then. Repeatable.",
                DefaultValueFactory = _ => [],
            };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would be computed, what reused, and why." };
        return builder.Command(
            "replay",
            "Do stages of a run again, and follow it to its end.",
            [run, from, units, set, dry],
            async (parsed, screen, ct) =>
            {
                var stage = StageNames.Parse(parsed.GetRequiredValue(from));
                var choice = ChoiceOf(parsed.GetRequiredValue(units));
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await using var db = reader.NewContext();
                var found = await db.FindRunAsync(parsed.GetRequiredValue(run), ct);
                var request = new ReplayRequest(found.RunId, stage, choice, parsed.GetRequiredValue(set));
                if (parsed.GetRequiredValue(dry))
                {
                    await using var session = await OperatorSession.StartAsync(ct);
                    var plan = await session.Runs.PlanReplayAsync(request, ct);
                    ReplayPlanView.Print(plan, screen);
                    return ExitCodes.Done;
                }

                var view = await new PipelineRun(builder.Local, reader, settings, screen, TimeProvider.System).ReplayAsync(
                    request, OperatorSession.Actor, plan => ReplayPlanView.Announce(plan, screen), ct);
                await ShowCommand.PrintAsync(view, reader, screen, ct);
                return ExitCodes.Done;
            },
            "zigong replay latest --from selection --set Selection:TopShare=0.5 --dry-run",
            "zigong replay latest --from evaluation",
            "zigong replay 019a3c52-7d1e --from gradients --units missing");
    }

    /// <exception cref="InputException">There is no such choice.</exception>
    public static UnitChoice ChoiceOf(string text) =>
        Enum.GetValues<UnitChoice>().Cast<UnitChoice?>().FirstOrDefault(c => $"{c}".Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"--units is '{text}', but must be all, failed or missing");
}
