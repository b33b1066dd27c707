using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Reports.Runs;

/// <summary>What is known of a run's size before its units exist.</summary>
/// <param name="Checkpoints">Periods of the snapshot, one checkpoint each; 0 while there is no snapshot.</param>
/// <param name="GradientShards">Shards with training or reference samples; a shard of data without subjects may hold both.</param>
/// <param name="TuningSlices">Slices of the tuning; 0 while the data set is not known.</param>
public sealed record RunShape(int Checkpoints, int TrainingShards, int GradientShards, int TuningSlices);

/// <summary>A run's progress from the rows of its units: pure, so that it can be tested.</summary>
public static class RunProgress
{
    /// <summary>One entry per stage, in order.</summary>
    public static IReadOnlyList<StageProgress> Of(RunShape shape, IReadOnlyList<WorkUnitRow> units, DateTimeOffset now)
    {
        var byStage = units.ToLookup(u => Enum.Parse<Stage>(u.Stage));
        return [.. Enum.GetValues<Stage>().Select(stage => OfStage(stage, shape, [.. byStage[stage]], now))];
    }

    private static StageProgress OfStage(Stage stage, RunShape shape, IReadOnlyList<WorkUnitRow> units, DateTimeOffset now)
    {
        var finished = units.Where(u => u.State == UnitState.Done).ToList();
        var under = units.Where(u => u.State == UnitState.Leased).ToList();
        var done = (stage == Stage.Agent ? finished.Count(EndsWithCheckpoint) : finished.Count) + under.Sum(Share);
        var (total, noun) = Size(stage, shape);
        if (stage is Stage.Agent or Stage.Tuning && finished.Any(u => IsLast(stage, u)))
        {
            total = done;
        }

        var started = units.Where(u => u.StartedAt is not null).Select(u => u.StartedAt!.Value).DefaultIfEmpty(now).Min();
        var ended = under.Count > 0 || units.Count == 0 || done < total
            ? now
            : units.Select(u => u.FinishedAt ?? now).Max();
        return new StageProgress(
            stage, total > 0 ? Math.Min(done, total) : done, total, noun, finished.Count(u => u.Reused), units.Count(u => u.Attempts > 0), ended - started,
            finished.Sum(u => u.FinishedAt is { } end && u.StartedAt is { } start ? (end - start).TotalSeconds : 0));
    }

    private static (double Total, string Noun) Size(Stage stage, RunShape shape) => stage switch
    {
        Stage.Agent => (shape.Checkpoints, "checkpoints"),
        Stage.Gradients => (shape.Checkpoints * shape.GradientShards, "shards"),
        Stage.Reference => (shape.Checkpoints, "checkpoints"),
        Stage.Partials => (shape.Checkpoints * shape.TrainingShards, "shards"),
        Stage.Tuning => (shape.TuningSlices, "slices"),
        _ => (1, "units"),
    };

    // A unit under way is not done, whatever it has reported: something always follows, and be it the commit.
    private static double Share(WorkUnitRow unit) => unit.Total > 0 ? Math.Clamp(unit.Done / unit.Total, 0, 0.99) : 0;

    private static bool EndsWithCheckpoint(WorkUnitRow unit) =>
        unit.Output is { } json && JsonSerializer.Deserialize<AgentSliceTrained>(json)!.Checkpoint.Length > 0;

    // The number of slices is only an expectation: a reused adapter comes whole in its first slice.
    private static bool IsLast(Stage stage, WorkUnitRow unit) => unit.Output is { } json && (stage == Stage.Agent
        ? JsonSerializer.Deserialize<AgentSliceTrained>(json)!.Last
        : JsonSerializer.Deserialize<AdapterSliceTrained>(json)!.Adapter.Length > 0);
}
