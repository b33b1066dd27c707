using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>What of the stage that a replay begins with is done again, and what stays of it.</summary>
/// <param name="Kept">Units that stay done.</param>
/// <param name="Again">Units that are done again whatever their keys.</param>
/// <param name="Forced">All units of the stage that the run comes to are computed, also those that have no row yet.</param>
public sealed record ChosenUnits(IReadOnlyList<string> Kept, IReadOnlyList<string> Again, bool Forced);

/// <summary>Decides what a replay does. Pure: the same for the dry run and for the replay itself.</summary>
public static class ReplayPlanner
{
    // These have no stored result to look up, for one reason or the other.
    private static readonly Dictionary<Stage, string> Unkeyed = new()
    {
        [Stage.Snapshot] = "a run's snapshot never changes: it is checked, and a lost encoding made again",
        [Stage.Scores] = "sums stored partial scores: takes seconds, so it is always done",
        [Stage.Selection] = "picks from stored scores: takes seconds, so it is always done; equal scores and options give the same file",
        [Stage.Evaluation] = "measured again, since the champion may be another by now",
        [Stage.Model] = "the verdict follows the evaluation",
    };

    /// <summary>Splits the units of the stage into those that stay and those that are done again.</summary>
    /// <param name="lost">Units whose stored result is gone or damaged; only looked at for <see cref="UnitChoice.Missing"/>.</param>
    /// <exception cref="InputException">Nothing of the stage is chosen.</exception>
    public static ChosenUnits Choose(RunFacts facts, Stage from, UnitChoice choice, IReadOnlySet<string> lost)
    {
        if (choice == UnitChoice.All)
        {
            return new ChosenUnits([], [], Forced: true);
        }

        var units = facts.Of(from);
        var failed = units.Where(u => u.State == UnitState.Failed).Select(u => u.Unit).ToHashSet(StringComparer.Ordinal);
        var again = choice == UnitChoice.Failed ? failed : [.. failed, .. lost];
        var done = units.Where(u => u.State == UnitState.Done).Select(u => u.Unit).ToList();
        if (from is Stage.Agent or Stage.Tuning)
        {
            // Slices build upon each other: the first that is done again takes all after it along.
            var kept = done.TakeWhile((u, i) => u == Units.Slice(i) && !again.Contains(u)).ToList();
            done = kept;
            again = again.Count > 0 ? [Units.Slice(kept.Count)] : [];
        }

        var stays = done.Where(u => !again.Contains(u)).ToList();
        if (choice == UnitChoice.Failed && again.Count == 0)
        {
            var elsewhere = facts.Units.Where(u => u.State == UnitState.Failed).Select(u => u.Stage).Distinct().ToList();
            throw new InputException(
                $"stage {StageNames.Of(from)} of run {facts.Run.RunId} has no failed unit; "
                + (elsewhere.Count > 0 ? $"failed units are in {string.Join(", ", elsewhere.Select(s => StageNames.Of(Enum.Parse<Stage>(s))))}" : "no stage has one: use --units all or missing"));
        }

        if (choice == UnitChoice.Missing && again.Count == 0 && StageOrders.FirstUnfinished(facts.State) is null)
        {
            throw new InputException($"nothing is missing in stage {StageNames.Of(from)} of run {facts.Run.RunId}; use --units all to have it done again");
        }

        return new ChosenUnits(stays, [.. again], Forced: again.Count > 0 && from is Stage.Agent or Stage.Tuning);
    }

    /// <summary>The stages of a replay within the run.</summary>
    /// <exception cref="InputException">A stage before <paramref name="from"/> is not finished.</exception>
    public static IReadOnlyList<StagePlan> SameRun(RunFacts facts, Stage from, ChosenUnits chosen)
    {
        if (StageOrders.FirstUnfinished(facts.State) is { } open && open < from)
        {
            throw new InputException(
                $"stage {StageNames.Of(open)} of run {facts.Run.RunId} is not finished, and {StageNames.Of(from)} comes after it: "
                + $"replay --from {StageNames.Of(open)} --units missing");
        }

        return [.. Enum.GetValues<Stage>().Select(stage =>
            stage < from ? new StagePlan(stage, 0, 0, facts.Done(stage), 0, "before the replay: stays as it is")
            : stage == from ? Begins(facts, stage, chosen)
            : Follows(facts, stage, ""))];
    }

    /// <summary>The stages of a child run.</summary>
    /// <param name="facts">The parent's rows with the child's options.</param>
    /// <param name="changes">The options that differ.</param>
    /// <exception cref="InputException">An option shapes what lies before <paramref name="from"/>, or the parent has no snapshot.</exception>
    public static IReadOnlyList<StagePlan> Child(RunFacts facts, Stage from, UnitChoice choice, IReadOnlyList<string> changes)
    {
        var first = changes.MinBy(c => OptionStages.FirstUse(c, facts.Options))!;
        var changed = OptionStages.FirstUse(first, facts.Options);
        if (changed == Stage.Snapshot)
        {
            throw new InputException($"{first} shapes the snapshot, and a replay keeps the run's own: start a new run with zigong run --set {first}=…");
        }

        if (facts.Snapshot is null)
        {
            throw new InputException($"run {facts.Run.RunId} has no snapshot yet that a child could share: start a new run with the changed options");
        }

        if (from == Stage.Snapshot)
        {
            throw new InputException($"a child run shares its parent's snapshot: replay --from {StageNames.Of(changed)}");
        }

        if (changed < from)
        {
            throw new InputException($"{first} already shapes stage {StageNames.Of(changed)}, before {StageNames.Of(from)}: replay --from {StageNames.Of(changed)}");
        }

        var reason = string.Join(", ", changes);
        return [.. Enum.GetValues<Stage>().Select(stage =>
            stage == Stage.Snapshot ? new StagePlan(stage, 0, 1, 0, 0, "the parent's own snapshot")
            : stage == from && choice == UnitChoice.All ? new StagePlan(stage, facts.Whole(stage), 0, 0, 0, stage == changed ? $"{reason} changed" : "asked for")
            : stage >= changed && !Unkeyed.ContainsKey(stage)
                ? new StagePlan(stage, facts.Whole(stage), 0, 0, 0, $"{reason} changed; reused only if another run has made the very same")
            : Follows(facts, stage, " of the parent"))];
    }

    private static StagePlan Begins(RunFacts facts, Stage stage, ChosenUnits chosen)
    {
        var whole = facts.Whole(stage);
        if (chosen.Forced)
        {
            var again = stage is Stage.Agent or Stage.Tuning ? facts.SlicesAfter(stage, chosen.Kept.Count) : whole;
            return new StagePlan(stage, again, 0, chosen.Kept.Count, 0, Unkeyed.GetValueOrDefault(stage) ?? "asked for: computed whatever the keys say");
        }

        var open = stage is Stage.Agent or Stage.Tuning
            ? facts.SlicesAfter(stage, chosen.Kept.Count)
            : Math.Max(0, whole - chosen.Kept.Count - chosen.Again.Count);
        return new StagePlan(stage, chosen.Again.Count, 0, chosen.Kept.Count, open, "the chosen units; the others of the stage stay");
    }

    /// <summary>A stage after the one that a replay begins with: reused by key as far as the run had got.</summary>
    private static StagePlan Follows(RunFacts facts, Stage stage, string whose)
    {
        var whole = facts.Whole(stage);
        if (Unkeyed.TryGetValue(stage, out var why))
        {
            return facts.Done(stage) > 0 ? new StagePlan(stage, whole, 0, 0, 0, why) : new StagePlan(stage, 0, 0, 0, whole, "not reached before");
        }

        var reused = stage switch
        {
            Stage.Agent => facts.AgentSlices().Count(s => s.Checkpoint.Length > 0),
            Stage.Tuning => facts.TuningSlices() is [.., { Adapter.Length: > 0 }] ? 1 : 0,
            _ => facts.Done(stage),
        };
        var open = stage switch
        {
            Stage.Agent => facts.AgentSlicesFrom(reused),
            Stage.Tuning => reused == 1 ? 0 : whole,
            _ => Math.Max(0, whole - reused),
        };
        var other = CodeVersions.AreOf(facts.Run.CodeVersion) ? "" : $"; the run was made by {facts.Run.CodeVersion}: where a stage computes otherwise now it is computed";
        return new StagePlan(stage, 0, reused, 0, open, reused == 0 ? "not reached before" : $"same keys as before{whose}: found, unless a file is lost or damaged{other}");
    }
}
