using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit.Splits;
using ZiGong.Influence;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>The TracSeq scores of a run's training samples, from the stored partial scores: one pass, no gradients.</summary>
public static class RunScores
{
    /// <returns>The partial scores behind, and the scores in the same order (by rising sample id).</returns>
    public static async Task<(RunPartials Partials, InfluenceScores Scores)> ReadAsync(
        PipelineDb db, Guid runId, SnapshotRow snapshot, TracSeqOptions options, CancellationToken ct)
    {
        var partials = await db.PartialsAsync(runId, snapshot.SnapshotId, ct);
        var decay = new DecayOptions(options.Gamma, options.Clock);
        var observed = decay.BySample ? await ObservedAsync(db, snapshot.SnapshotId, partials, ct) : [];
        var checkpoints = partials.Checkpoints.Select((c, i) => new CheckpointPartials(
            c.Ordinal, snapshot.DecayIdentified ? c.PeriodTime : null, [.. partials.Samples.Select(s => s.Values[i])]));
        var scores = TracSeq.Combine(
            [.. partials.Samples.Select(s => ContentHash.FromGuid(s.SampleId))], observed, [.. checkpoints], snapshot.AsOf, decay);
        return (partials, scores);
    }

    private static async Task<IReadOnlyList<double?>> ObservedAsync(PipelineDb db, string snapshot, RunPartials partials, CancellationToken ct)
    {
        var times = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == Credit.Side.Train)
            .Join(db.Samples, m => m.SampleId, s => s.SampleId, (m, s) => new { s.SampleId, s.ObservedAt })
            .ToDictionaryAsync(s => s.SampleId, s => s.ObservedAt, ct);
        return [.. partials.Samples.Select(s => times[s.SampleId] is { } time ? SplitTime.Months(time) : (double?)null)];
    }
}
