using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;
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
    /// <summary>Splits the units of the stage into those that stay and those that are done again.</summary>
    /// <param name="lost">Units whose stored result is gone or damaged; only looked at for <see cref="UnitChoice.Missing"/>.</param>
    /// <exception cref="InputException">The run has no such stage, or nothing of it is chosen.</exception>
    public static ChosenUnits Choose(RunFacts facts, Stage from, UnitChoice choice, IReadOnlySet<string> lost)
    {
        RequireStage(facts, from);
        if (choice == UnitChoice.All)
        {
            return new ChosenUnits([], [], Forced: true);
        }

        var units = facts.Of(from);
        var failed = units.Where(u => u.State == UnitState.Failed).Select(u => u.Unit).ToHashSet(StringComparer.Ordinal);
        var again = choice == UnitChoice.Failed ? failed : [.. failed, .. lost];
        var done = units.Where(u => u.State == UnitState.Done).Select(u => u.Unit).ToList();
        if (StageCatalogue.Of(from).IsSliced)
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
                + (elsewhere.Count > 0
                    ? $"failed units are in {string.Join(", ", elsewhere.Select(s => StageNames.Of(Enum.Parse<Stage>(s))))}"
                    : "no stage has one: use --units all or missing"));
        }

        if (choice == UnitChoice.Missing && again.Count == 0 && StageOrders.FirstUnfinished(facts.State) is null)
        {
            throw new InputException($"nothing is missing in stage {StageNames.Of(from)} of run {facts.Run.RunId}; use --units all to have it done again");
        }

        return new ChosenUnits(stays, [.. again], Forced: again.Count > 0 && StageCatalogue.Of(from).IsSliced);
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

        return [.. StageCatalogue.Of(facts.Run.Kind).Select(s => s.Stage).Select(stage =>
            stage < from ? new StagePlan(stage, 0, 0, facts.Done(stage), 0, "before the replay: stays as it is")
            : stage == from ? Begins(facts, stage, chosen)
            : Follows(facts, stage, ""))];
    }

    /// <summary>The stages of a child run.</summary>
    /// <param name="facts">The parent's rows with the child's options.</param>
    /// <param name="changes">The options that differ.</param>
    /// <exception cref="InputException">
    /// The run is a fidelity run or has no such stage, an option shapes what lies before <paramref name="from"/>, or the parent has no snapshot.
    /// </exception>
    public static IReadOnlyList<StagePlan> Child(RunFacts facts, Stage from, UnitChoice choice, IReadOnlyList<string> changes)
    {
        if (facts.Run.Kind == RunKind.Fidelity)
        {
            throw new InputException(
                $"the options of run {facts.Run.RunId} belong to its plan: measure under others with zigong experiment fidelity --set {changes[0]}=…");
        }

        RequireStage(facts, from);
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
            throw new InputException(
                $"{first} already shapes stage {StageNames.Of(changed)}, before {StageNames.Of(from)}: replay --from {StageNames.Of(changed)}");
        }

        var reason = string.Join(", ", changes);
        return [.. StageCatalogue.Of(facts.Run.Kind).Select(s => s.Stage).Select(stage =>
            stage == Stage.Snapshot ? new StagePlan(stage, 0, 1, 0, 0, "the parent's own snapshot")
            : stage == from && choice == UnitChoice.All ? new StagePlan(
                stage, facts.Whole(stage), 0, 0, 0, stage == changed ? $"{reason} changed" : "asked for")
            : stage >= changed && StageCatalogue.Of(stage).Unkeyed is null
                ? new StagePlan(stage, facts.Whole(stage), 0, 0, 0, $"{reason} changed; reused only if another run has made the very same")
            : Follows(facts, stage, " of the parent"))];
    }

    private static void RequireStage(RunFacts facts, Stage from)
    {
        var stages = StageCatalogue.Of(facts.Run.Kind);
        if (stages.All(s => s.Stage != from))
        {
            throw new InputException(
                $"run {facts.Run.RunId} is of kind {facts.Run.Kind.Stored()} and has no stage {StageNames.Of(from)}; "
                + $"its stages are {string.Join(", ", stages.Select(s => s.Name))}");
        }
    }

    private static StagePlan Begins(RunFacts facts, Stage stage, ChosenUnits chosen)
    {
        var definition = StageCatalogue.Of(stage);
        var whole = facts.Whole(stage);
        if (chosen.Forced)
        {
            var again = definition.IsSliced ? facts.SlicesAfter(stage, chosen.Kept.Count) : whole;
            return new StagePlan(stage, again, 0, chosen.Kept.Count, 0, definition.Unkeyed ?? "asked for: computed whatever the keys say");
        }

        var open = definition.IsSliced
            ? facts.SlicesAfter(stage, chosen.Kept.Count)
            : Math.Max(0, whole - chosen.Kept.Count - chosen.Again.Count);
        return new StagePlan(stage, chosen.Again.Count, 0, chosen.Kept.Count, open, "the chosen units; the others of the stage stay");
    }

    /// <summary>A stage after the one that a replay begins with: reused by key as far as the run had got.</summary>
    private static StagePlan Follows(RunFacts facts, Stage stage, string whose)
    {
        var whole = facts.Whole(stage);
        if (StageCatalogue.Of(stage).Unkeyed is { } why)
        {
            return facts.Done(stage) > 0 ? new StagePlan(stage, whole, 0, 0, 0, why) : new StagePlan(stage, 0, 0, 0, whole, "not reached before");
        }

        var (reused, open) = facts.Found(stage);
        var other = CodeVersions.AreOf(facts.Run.CodeVersion)
            ? ""
            : $"; the run was made by {facts.Run.CodeVersion}: where a stage computes otherwise now it is computed";
        return new StagePlan(
            stage, 0, reused, 0, open, reused == 0 ? "not reached before" : $"same keys as before{whose}: found, unless a file is lost or damaged{other}");
    }
}
