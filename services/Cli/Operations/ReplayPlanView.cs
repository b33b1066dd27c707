using ZiGong.Cli.Terminal;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Operations;

/// <summary>What a replay does, on the screen.</summary>
internal static class ReplayPlanView
{
    /// <summary>The plan as the result of a dry run.</summary>
    public static void Print(ReplayPlan plan, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(plan);
            return;
        }

        screen.Line(Head(plan));
        screen.Print(Format.Table(
            ["Stage", "Compute>", "Reuse>", "Keep>", "Open>", "Why"],
            plan.Stages.Select(s => (string[])[StageNames.Of(s.Stage), Count(s.Recompute), Count(s.Reused), Count(s.Kept), Count(s.Open), s.Why])));
        screen.Line("Compute: done again. Reuse: found by key. Keep: not touched. Open: never finished, done when its turn comes.");
    }

    /// <summary>The plan before the work, so that it is in no way of the result.</summary>
    public static void Announce(ReplayPlan plan, Screen screen)
    {
        screen.Note(Head(plan));
        foreach (var stage in plan.Stages.Where(s => s.Kept == 0 || s.Recompute + s.Reused + s.Open > 0))
        {
            string[] parts = [Part(stage.Recompute, "computed"), Part(stage.Reused, "reused"), Part(stage.Kept, "kept"), Part(stage.Open, "open")];
            screen.Note($"  {StageNames.Of(stage.Stage)}: {string.Join(", ", parts.Where(p => p.Length > 0))} ({stage.Why})");
        }
    }

    private static string Head(ReplayPlan plan) => plan.Child
        ? $"A child run{(plan.RunId is { } child ? $" {child}" : "")} of {plan.SourceRun}, on the same snapshot"
        : $"Generation {plan.Generation} of run {plan.SourceRun}";

    private static string Part(int count, string word) => count == 0 ? "" : $"{count} {word}";

    private static string Count(int count) => count == 0 ? "" : Format.Count(count);
}
