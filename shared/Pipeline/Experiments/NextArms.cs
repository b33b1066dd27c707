using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>The run behind an arm, and how it stands.</summary>
public sealed record ArmStanding(Guid RunId, RunStatus Status);

/// <summary>
/// Which arm begins next: pure. The first arm of a seed (and fold) comes before the others, which take over its agent, gradients and partial scores.
/// Arms of one seed rather follow than accompany each other, since one that keeps the same samples as another finds that one's adapter.
/// </summary>
public static class NextArms
{
    /// <param name="begun">The arms that have a run.</param>
    /// <param name="parallel">Runs at a time; two arms of equal options are one run.</param>
    /// <returns>An arm of the seed with the fewest under way, then with the most waiting; null where none may begin now.</returns>
    public static PlannedRun? Of(ExperimentPlan plan, IReadOnlyDictionary<(string Arm, long Seed, int Fold), ArmStanding> begun, int parallel)
    {
        var runs = plan.Runs.ToList();
        var under = runs.Where(r => begun.TryGetValue(r.Key, out var arm) && arm.Status == RunStatus.Running).ToList();
        if (under.Select(r => begun[r.Key].RunId).Distinct().Count() >= parallel)
        {
            return null;
        }

        var waiting = runs.Where(r => !begun.ContainsKey(r.Key)).ToList();
        var busy = under.CountBy(SeedOf).ToDictionary();
        var left = waiting.CountBy(SeedOf).ToDictionary();
        var leading = runs.DistinctBy(SeedOf).ToDictionary(SeedOf);
        bool IsLed(PlannedRun run) => begun.TryGetValue(leading[SeedOf(run)].Key, out var first) && first.Status == RunStatus.Completed;
        return waiting
            .Where(r => leading[SeedOf(r)].Key == r.Key || IsLed(r))
            .OrderBy(r => busy.GetValueOrDefault(SeedOf(r)))
            .ThenByDescending(r => left[SeedOf(r)])
            .FirstOrDefault();
    }

    /// <summary>How the experiment stands: one failed or cancelled run ends it, though those under way go on.</summary>
    public static ExperimentState StateOf(ExperimentPlan plan, IReadOnlyDictionary<(string Arm, long Seed, int Fold), ArmStanding> begun)
    {
        var arms = plan.Runs.Select(r => begun.GetValueOrDefault(r.Key)?.Status).ToList();
        return arms.Exists(s => s is RunStatus.Failed or RunStatus.Cancelled) ? ExperimentState.Failed
            : arms.TrueForAll(s => s is RunStatus.Completed) ? ExperimentState.Done
            : ExperimentState.Running;
    }

    private static (int Fold, long Seed) SeedOf(PlannedRun run) => (run.Fold, run.Seed);
}
