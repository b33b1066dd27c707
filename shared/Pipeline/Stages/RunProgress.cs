using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Stages;

/// <summary>What is known of a run's size before its units exist.</summary>
/// <param name="Checkpoints">Periods of the snapshot, one checkpoint each; 0 while there is no snapshot.</param>
/// <param name="GradientShards">Shards with training or reference samples; a shard of data without subjects may hold both.</param>
/// <param name="TuningSlices">Slices of the tuning; 0 while the data set is not known.</param>
public sealed record RunShape(int Checkpoints, int TrainingShards, int GradientShards, int TuningSlices)
{
    /// <summary>Which stages the run has.</summary>
    public RunKind Kind { get; init; } = RunKind.Full;

    /// <summary>Pieces of a fidelity run's plan.</summary>
    public int Pieces { get; init; }

    /// <summary>What progress of a stage counts up to; 0 while it is not known.</summary>
    public int Units(StageDefinition stage) => stage switch
    {
        { Stage: Stage.Tuning } => TuningSlices,
        { Shape: StageShape.Slices or StageShape.Checkpoint } => Checkpoints,
        { Shape: StageShape.CheckpointShard, TakesReferenceShards: true } => Checkpoints * GradientShards,
        { Shape: StageShape.CheckpointShard } => Checkpoints * TrainingShards,
        { Shape: StageShape.Pieces } => Pieces,
        _ => 1,
    };
}

/// <summary>A run's progress from the rows of its units: pure, so that it can be tested.</summary>
public static class RunProgress
{
    /// <summary>One entry per stage of the run, in order.</summary>
    public static IReadOnlyList<StageProgress> Of(RunShape shape, IReadOnlyList<WorkUnitRow> units, DateTimeOffset now)
    {
        var byStage = units.ToLookup(u => Enum.Parse<Stage>(u.Stage));
        return [.. StageCatalogue.Of(shape.Kind).Select(stage => OfStage(stage, shape, [.. byStage[stage.Stage]], now))];
    }

    private static StageProgress OfStage(StageDefinition stage, RunShape shape, IReadOnlyList<WorkUnitRow> units, DateTimeOffset now)
    {
        var finished = units.Where(u => u.State == UnitState.Done).ToList();
        var under = units.Where(u => u.State == UnitState.Leased).ToList();
        var done = finished.Count(u => stage.Counts(u.Output)) + under.Sum(Share);
        var total = (double)shape.Units(stage);
        if (stage.IsSliced && finished.Any(u => u.Output is { } json && stage.EndsStage(json)))
        {
            // The number of slices is only an expectation: a reused adapter comes whole in its first slice.
            total = done;
        }

        var started = units.Where(u => u.StartedAt is not null).Select(u => u.StartedAt!.Value).DefaultIfEmpty(now).Min();
        var ended = under.Count > 0 || units.Count == 0 || done < total
            ? now
            : units.Select(u => u.FinishedAt ?? now).Max();
        return new StageProgress(
            stage.Stage, total > 0 ? Math.Min(done, total) : done, total, stage.Noun, finished.Count(u => u.Reused), units.Count(u => u.Attempts > 0),
            ended - started,
            finished.Sum(u => u.FinishedAt is { } end && u.StartedAt is { } start ? (end - start).TotalSeconds : 0));
    }

    private static double Share(WorkUnitRow unit) => unit.Total > 0 ? Math.Clamp(unit.Done / unit.Total, 0, 0.99) : 0;
}
