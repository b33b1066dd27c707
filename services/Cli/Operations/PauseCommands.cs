using System.CommandLine;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Operations;

/// <summary><c>pause</c> and <c>resume</c> of the whole pipeline.</summary>
internal static class PauseCommands
{
    public static Command Pause(CommandBuilder builder)
    {
        var reason = new Option<string>("--reason") { Description = "Why; everybody who looks at a run sees it.", DefaultValueFactory = _ => "" };
        return builder.Command(
            "pause",
            "Pause the pipeline: no unit begins in any run, and those under way finish. See also: resume.",
            [reason],
            async (parsed, screen, ct) =>
            {
                await using var session = await OperatorSession.StartAsync(ct);
                Print(await session.Switch.PauseAsync(parsed.GetRequiredValue(reason), OperatorSession.Actor, ct), screen);
                return ExitCodes.Done;
            },
            "zigong pause --reason \"disk is being moved\"");
    }

    public static Command Resume(CommandBuilder builder) => builder.Command(
        "resume",
        "End the pause of the pipeline. A single run that failed goes on with: retry.",
        [],
        async (_, screen, ct) =>
        {
            await using var session = await OperatorSession.StartAsync(ct);
            Print(await session.Switch.ResumeAsync(OperatorSession.Actor, ct), screen);
            return ExitCodes.Done;
        },
        "zigong resume");

    /// <summary>One line while the pipeline is paused, so that nobody wonders why nothing moves.</summary>
    public static string? NoteOf(PipelineState state) => state.Paused
        ? $"The pipeline is paused since {Format.Time(state.ChangedAt)} UTC by {state.ChangedBy}{(state.Reason.Length > 0 ? $": {state.Reason}" : "")}. "
            + "It goes on with: zigong resume"
        : null;

    private static void Print(PipelineState state, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(state);
        }
        else
        {
            screen.Line(NoteOf(state) ?? "The pipeline runs; what was put off begins within seconds.");
        }
    }
}
