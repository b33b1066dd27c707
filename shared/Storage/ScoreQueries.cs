using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>A sample's partial scores at every checkpoint of a run, in the order of the checkpoints.</summary>
/// <param name="Losses">The sample's loss at each checkpoint, in nats per answer token.</param>
public sealed record SamplePartials(Guid SampleId, double[] Values, double[] Losses);

/// <summary>All partial scores of a run.</summary>
/// <param name="Checkpoints">By rising ordinal.</param>
/// <param name="Samples">By rising sample id.</param>
public sealed record RunPartials(IReadOnlyList<CheckpointRow> Checkpoints, IReadOnlyList<SamplePartials> Samples);

/// <summary>Reading a run's scores; used by scoring, selection and the command line.</summary>
public static class ScoreQueries
{
    /// <summary>The checkpoints of a run's agent, by rising ordinal.</summary>
    public static async Task<IReadOnlyList<CheckpointRow>> CheckpointsOfAsync(this PipelineDb db, Guid runId, CancellationToken ct)
    {
        var units = await db.WorkUnits.Where(u => u.RunId == runId && u.Stage == Stage.Reference.ToString()).Select(u => u.Unit).ToListAsync(ct);
        return await db.Checkpoints.Where(c => units.Contains(c.CheckpointId)).OrderBy(c => c.Ordinal).ToListAsync(ct);
    }

    /// <summary>Partial scores of the training samples of a run's snapshot.</summary>
    /// <exception cref="InvalidOperationException">A sample lacks a score at a checkpoint.</exception>
    public static async Task<RunPartials> PartialsAsync(this PipelineDb db, Guid runId, string snapshot, CancellationToken ct)
    {
        var checkpoints = await db.CheckpointsOfAsync(runId, ct);
        var order = checkpoints.Select((c, i) => (c.CheckpointId, i)).ToDictionary(c => c.CheckpointId, c => c.i);
        var units = await db.WorkUnits.Where(u => u.RunId == runId && u.Stage == Stage.Partials.ToString() && u.State == UnitState.Done)
            .Select(u => new { u.Unit, u.Artifacts })
            .ToListAsync(ct);
        var checkpointOf = units.ToDictionary(u => Guid.ParseExact(u.Artifacts[0], "N"), u => order[u.Unit[..u.Unit.IndexOf('/', StringComparison.Ordinal)]]);
        var training = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == Credit.Side.Train)
            .OrderBy(m => m.SampleId)
            .Select(m => m.SampleId)
            .ToListAsync(ct);
        var samples = training.ToDictionary(id => id, id => new SamplePartials(id, Empty(checkpoints.Count), Empty(checkpoints.Count)));
        var keys = checkpointOf.Keys.ToArray();
        await foreach (var row in db.PartialScores.Where(p => keys.Contains(p.ScoreKey)).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (samples.TryGetValue(row.SampleId, out var sample))
            {
                sample.Values[checkpointOf[row.ScoreKey]] = row.Value;
                sample.Losses[checkpointOf[row.ScoreKey]] = row.Loss;
            }
        }

        foreach (var sample in samples.Values)
        {
            var missing = Array.FindIndex(sample.Values, double.IsNaN);
            if (missing >= 0)
            {
                throw new InvalidOperationException($"sample {sample.SampleId:N} has no partial score at checkpoint {checkpoints[missing].CheckpointId}");
            }
        }

        return new RunPartials(checkpoints, [.. training.Select(id => samples[id])]);
    }

    /// <summary>Mean error, rank correlation and top overlap of a run's sketched gradients; null where they are exact.</summary>
    public static async Task<(double Error, double Spearman, double Overlap)?> SketchErrorAsync(this PipelineDb db, Guid runId, CancellationToken ct)
    {
        var artifacts = await db.WorkUnits.Where(u => u.RunId == runId && u.Stage == Stage.Gradients.ToString() && u.State == UnitState.Done)
            .Select(u => u.Artifacts)
            .ToListAsync(ct);
        var hashes = artifacts.Select(a => a[0]).Distinct().ToArray();
        var errors = await db.GradientShards.Where(g => hashes.Contains(g.Artifact) && g.SketchError != null)
            .Select(g => new { g.SketchError, g.SketchSpearman, g.SketchOverlap })
            .ToListAsync(ct);
        return errors.Count == 0
            ? null
            : (errors.Average(e => e.SketchError!.Value), errors.Average(e => e.SketchSpearman!.Value), errors.Average(e => e.SketchOverlap!.Value));
    }

    private static double[] Empty(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }
}
