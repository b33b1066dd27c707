using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>One piece of a stage.</summary>
public readonly record struct UnitKey(Stage Stage, string Unit);

/// <summary>What is finished in a run: all that <see cref="NextMessages"/> looks at.</summary>
/// <param name="Finished">Unit to the JSON of the event that ended it.</param>
public sealed record RunState(
    Guid RunId,
    int Generation,
    RunStatus Status,
    IReadOnlyList<string> TrainingShards,
    IReadOnlyList<string> ReferenceShards,
    IReadOnlyDictionary<UnitKey, string> Finished)
{
    /// <summary>The reference vector of a checkpoint needs the training gradients there too, since their second moment shapes it.</summary>
    public bool ReferenceNeedsTraining { get; init; }

    /// <summary>Of a fidelity run; null for every other kind.</summary>
    public RunPlan? Plan { get; init; }

    public bool IsDone(Stage stage, string unit) => Finished.ContainsKey(new UnitKey(stage, unit));

    /// <summary>The event that ended a unit, or null while it is unfinished.</summary>
    public T? Outcome<T>(Stage stage, string unit)
        where T : class =>
        Finished.TryGetValue(new UnitKey(stage, unit), out var json) ? JsonSerializer.Deserialize<T>(json) : null;

    /// <summary>The outcomes of a stage whose units are slices, in order, up to the first gap.</summary>
    public IReadOnlyList<T> Slices<T>(Stage stage)
        where T : class
    {
        var slices = new List<T>();
        while (Outcome<T>(stage, Units.Slice(slices.Count)) is { } slice)
        {
            slices.Add(slice);
        }

        return slices;
    }

    public RunState Without(UnitKey unit) => this with { Finished = Finished.Where(f => f.Key != unit).ToDictionary() };

    /// <summary>Stages with a unit for every checkpoint and shard, or piece: that they are done is all that anybody asks.</summary>
    private static readonly string[] ManyUnits =
        [.. StageCatalogue.All.Where(s => s.Shape is StageShape.Checkpoint or StageShape.CheckpointShard or StageShape.Pieces).Select(s => s.Stage.ToString())];

    /// <exception cref="InvalidOperationException">There is no such run.</exception>
    public static async Task<RunState> ReadAsync(PipelineDb db, Guid runId, CancellationToken ct)
    {
        var run = await db.Runs.SingleAsync(r => r.RunId == runId, ct);
        var shards = await db.Snapshots.Where(s => s.SnapshotId == run.SnapshotId)
            .Select(s => new { s.TrainingShards, s.ReferenceShards })
            .SingleOrDefaultAsync(ct);
        var units = await db.WorkUnits.Where(u => u.RunId == runId && u.State == UnitState.Done)
            .Select(u => new { u.Stage, u.Unit, Output = ManyUnits.Contains(u.Stage) ? "{}" : u.Output })
            .ToListAsync(ct);
        return new RunState(
            runId, run.Generation, run.Status, shards?.TrainingShards ?? [], shards?.ReferenceShards ?? [],
            units.ToDictionary(u => new UnitKey(Enum.Parse<Stage>(u.Stage), u.Unit), u => u.Output ?? "{}"))
        {
            ReferenceNeedsTraining = RunOptionsReader.Read(run.Options).TracSeq.Curvature != Curvature.None,
            Plan = RunPlan.Of(run),
        };
    }
}
