using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Stages;
using ZiGong.Reports.Runs;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Runs;

/// <summary>Reads a run.</summary>
public static class RunViews
{
    extension(RunView)
    {
        public static async Task<RunView> ReadAsync(PipelineDb db, Guid runId, TimeProvider time, CancellationToken ct)
        {
            var run = await db.Runs.SingleAsync(r => r.RunId == runId, ct);
            var snapshot = run.SnapshotId is null ? null : await db.Snapshots.SingleOrDefaultAsync(s => s.SnapshotId == run.SnapshotId, ct);
            var units = await db.WorkUnits.Where(u => u.RunId == runId).ToListAsync(ct);
            return new RunView(run, snapshot, units, RunProgress.Of(ShapeOf(run, snapshot, units), units, time.GetUtcNow()));
        }
    }

    private static RunShape ShapeOf(RunRow run, SnapshotRow? snapshot, IReadOnlyList<WorkUnitRow> units)
    {
        if (RunPlan.Of(run) is { } plan)
        {
            return new RunShape(0, 0, 0, 0) { Kind = run.Kind, Pieces = plan.Count };
        }

        if (snapshot is null)
        {
            return new RunShape(0, 0, 0, 0);
        }

        var tuning = RunOptionsReader.Read(run.Options).Tuning;
        var dataset = units.FirstOrDefault(u => u.Stage == nameof(Stage.Dataset) && u.State == UnitState.Done)?.Output;
        var steps = dataset is null
            ? 0
            : WorkAmounts.Steps(JsonSerializer.Deserialize<DatasetTemplated>(dataset)!.Instructions, tuning.BatchSize, tuning.Epochs, tuning.MinimumSteps);
        return new RunShape(
            snapshot.ReadPeriods().Count, snapshot.TrainingShards.Length,
            snapshot.TrainingShards.Union(snapshot.ReferenceShards, StringComparer.Ordinal).Count(),
            (int)Math.Ceiling(steps / (double)tuning.SliceSteps));
    }
}
