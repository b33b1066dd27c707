using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>Computes what an experiment found so far, from its runs' selections and predictions.</summary>
public static class ExperimentResults
{
    /// <exception cref="InputException">Stored predictions are lost.</exception>
    public static async Task<ExperimentResult> ReadAsync(PipelineDb db, ArtifactStore artifacts, ExperimentRow row, CancellationToken ct)
    {
        var plan = ExperimentStore.PlanOf(row);
        var runs = await ExperimentStore.RunsAsync(db, row.Id, ct);
        var snapshots = new List<SnapshotRow>();
        foreach (var id in plan.Snapshots)
        {
            snapshots.Add(await db.Snapshots.SingleAsync(s => s.SnapshotId == id, ct));
        }

        bool IsDone(PlannedRun run) => runs.GetValueOrDefault(run.Key) is { Status: RunStatus.Completed };
        var measured = plan.Seeds.Where(seed => plan.Runs.Where(r => r.Seed == seed).All(IsDone)).ToList();
        var reader = new ArmReader(db, artifacts);
        var facts = new Dictionary<(string, long, int), ArmFacts>();
        foreach (var run in plan.Runs.Where(r => measured.Contains(r.Seed)))
        {
            facts[run.Key] = await reader.ReadAsync(runs[run.Key].RunId, ct);
        }

        var comparison = measured.Count == 0 ? null : new ArmMeasures(plan, measured, facts, ct);
        var options = plan.Set.Aggregate(new RunOptions(), RunOptionsReader.Set);
        return new ExperimentResult(
            row.Id, row.Name, plan.Question, row.Dataset, row.CreatedAt, plan.CodeVersion,
            plan.Runs.Count(IsDone),
            plan.Runs.Count(),
            new ExperimentDesign(
                plan.Seeds, measured, plan.Folds, plan.Snapshots, plan.Steps, plan.StepsAre,
                snapshots[0].Training, snapshots[0].Reference, snapshots.Sum(s => s.Test), comparison?.Positives,
                options.Snapshot.MaximumTraining, options.Snapshot.MaximumReference, options.Snapshot.MaximumTest,
                snapshots[0].DecayIdentified, ArmMeasures.Resamples, plan.Set) { Binary = BinaryOf(snapshots[0]) },
            await ArmsAsync(plan, runs, facts, comparison, snapshots, reader, ct),
            comparison?.Comparisons() ?? [],
            comparison is null || !plan.MeasuresFairness ? [] : await FairnessAsync(db, plan, comparison, snapshots, ct),
            [
                .. Notes(plan, measured, snapshots[0]),
                .. comparison?.WithoutIntervals is { } why ? [$"{char.ToUpperInvariant(why[0])}{why[1..]}."] : (string[])[],
            ]);
    }

    private static string? BinaryOf(SnapshotRow snapshot)
    {
        var answer = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor").Answer;
        return answer.Allowed.Count > 2 ? AnswerFindings.BinaryName(answer.Positive) : null;
    }

    private static async Task<IReadOnlyList<ArmResult>> ArmsAsync(
        ExperimentPlan plan,
        Dictionary<(string Arm, long Seed, int Fold), RunRow> runs,
        Dictionary<(string, long, int), ArmFacts> facts,
        ArmMeasures? measures,
        IReadOnlyList<SnapshotRow> snapshots,
        ArmReader reader,
        CancellationToken ct)
    {
        var results = new List<ArmResult>();
        foreach (var arm in plan.Arms)
        {
            var mine = plan.Runs.Where(r => r.Arm.Name == arm.Name).ToList();
            var known = mine.Where(r => facts.ContainsKey(r.Key)).Select(r => (Run: r, Facts: facts[r.Key])).ToList();
            var kept = new List<(string Answer, double? Age)>();
            foreach (var (run, fact) in known)
            {
                var training = await reader.TrainingAsync(snapshots[run.Fold].SnapshotId, ct);
                kept.AddRange(fact.Kept.Select(id => training[id]).Select(s => (s.Answer, snapshots[run.Fold].AsOf - s.Months)));
            }

            results.Add(new ArmResult(
                arm.Name, arm.Title, arm.Set, arm.Series, arm.X,
                measures?.Figures(arm.Name) ?? new Dictionary<Metric, ArmFigure>(),
                known.Count == 0 ? null : known.Average(k => k.Facts.Kept.Count),
                kept.GroupBy(k => k.Answer, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => g.Count() / (double)kept.Count),
                snapshots[0].DecayIdentified && kept.Count > 0 && kept.All(k => k.Age is not null) ? kept.Average(k => k.Age!.Value) : null,
                measures?.Overlap(arm.Name, arm.Against.Count > 0 ? arm.Against[0] : arm.Name),
                known.Sum(k => k.Facts.Seconds), known.Sum(k => k.Facts.Reused), known.Sum(k => k.Facts.Computed),
                [
                    .. mine.Select(r => runs.TryGetValue(r.Key, out var run)
                        ? new ArmRun(r.Seed, r.Fold, run.RunId, run.Status.ToString())
                        : new ArmRun(r.Seed, r.Fold, null, "Planned")),
                ]));
        }

        return results;
    }

    private static async Task<IReadOnlyList<ArmFairness>> FairnessAsync(
        PipelineDb db, ExperimentPlan plan, ArmMeasures measures, IReadOnlyList<SnapshotRow> snapshots, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Parse(snapshots[0].Descriptor, "the snapshot's descriptor");
        var samples = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var snapshot in snapshots)
        {
            foreach (var (sample, _) in await db.MembersAsync(snapshot.SnapshotId, Credit.Side.Test, ct))
            {
                samples[sample.Id] = sample.Fields;
            }
        }

        return [.. descriptor.Fields.Where(f => f.Protected).SelectMany(field => measures.Fairness(
            field.Name, [.. measures.Ids.Select(id => samples[id].TryGetValue(field.Name, out var value) ? field.GroupOf(value) : "missing")], ct))];
    }

    private static IEnumerable<string> Notes(ExperimentPlan plan, IReadOnlyList<long> measured, SnapshotRow snapshot)
    {
        foreach (var note in plan.Notes.Concat(snapshot.ReadNotes().Select(n => plan.Folds > 0 ? $"First fold: {n}" : n)))
        {
            yield return note;
        }

        yield return $"Every arm is tuned for {plan.Steps:#,0} steps: {plan.StepsAre}. Base, LoRA start and test rows of a seed are the same for all arms; "
            + "nothing was chosen on the test side.";
        yield return measured.Count > 1
            ? "Intervals are 95 % for other test rows and another training; differences are paired by row and seed."
            : "Intervals are 95 % over test rows alone: with one seed they say nothing of another training.";
        if (plan.Folds > 0)
        {
            yield return $"Out of fold: {plan.Folds} models a seed, each tested on rows it has not seen. KS and AUC are means over the folds, "
                + "every other figure is of all rows together.";
        }

        yield return "Places that go by score are dealt out by the classes' training shares, unless an arm says otherwise; a random draw has them on average.";
    }
}
