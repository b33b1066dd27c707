using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Splits;
using ZiGong.Influence;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>TracSeq scores of a snapshot's training samples from their stored partial scores: one pass, no gradients.</summary>
public static class ScoreCombining
{
    public static async Task<ResultWork> CombineAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var partials = await unit.Db.PartialsAsync(unit.Run.RunId, snapshot.SnapshotId, ct);
        var options = unit.Options.TracSeq;
        var key = ContentHash.Of(["scores", $"{CodeVersions.Scores}", snapshot.SnapshotId, $"{options.Gamma:R}", $"{options.Clock}", .. partials.Keys]);
        return new ResultWork<ScoresSummary>(
            key, CodeVersions.Scores, token => MakeAsync(unit.Db, key, snapshot, partials, new DecayOptions(options.Gamma, options.Clock), token),
            scores => Tell(unit, snapshot, scores.Summary))
        {
            IsLookedUp = false,
        };
    }

    private static async Task<Made<ScoresSummary>> MakeAsync(
        PipelineDb db, string key, SnapshotRow snapshot, RunPartials partials, DecayOptions decay, CancellationToken ct)
    {
        var training = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot.SnapshotId && m.Side == Side.Train)
            .Join(db.Samples, m => m.SampleId, s => s.SampleId, (m, s) => new { s.SampleId, s.ShardId, s.Sequence, s.ObservedAt })
            .ToDictionaryAsync(s => s.SampleId, ct);
        IReadOnlyList<double?> observed = decay.BySample
            ? [.. partials.Samples.Select(s => training[s.SampleId].ObservedAt is { } time ? SplitTime.Months(time) : (double?)null)]
            : [];
        var checkpoints = partials.Checkpoints.Select((c, i) => new CheckpointPartials(
            c.Ordinal, snapshot.DecayIdentified ? c.PeriodTime : null, [.. partials.Samples.Select(s => s.Values[i])]));
        var scores = TracSeq.Combine([.. partials.Samples.Select(s => ContentHash.FromGuid(s.SampleId))], observed, [.. checkpoints], snapshot.AsOf, decay);
        var rows = partials.Samples.Zip(scores.Values, (s, score) => (Sample: training[s.SampleId], Score: score))
            .GroupBy(s => s.Sample.ShardId!, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Shard: g.Key, Members: g.OrderBy(s => s.Sample.Sequence).ToList()))
            .Select(
                s => new ScoreShardRow
                {
                    ScoreKey = key, ShardId = s.Shard, Samples = [.. s.Members.Select(m => m.Sample.SampleId)], Scores = [.. s.Members.Select(m => m.Score)],
                })
            .ToList();
        return new Made<ScoresSummary>(ResultKind.Rows, HashOf(rows), new ScoresSummary(partials.Samples.Count, scores.Weights, scores.Notes))
        {
            Rows = rows.Count,
            Save = (into, token) => SaveAsync(into, key, rows, token),
        };
    }

    private static Told Tell(UnitContext unit, SnapshotRow snapshot, ScoresSummary scores)
    {
        var decayed = snapshot.DecayIdentified && scores.Weights.DistinctBy(w => w.Time).Count() > 1;
        return new Told(new SnapshotScored(
            unit.Run.RunId, unit.Run.Generation, scores.Samples, scores.Weights.Count, decayed ? unit.Options.TracSeq.Gamma : 1));
    }

    private static string HashOf(IEnumerable<ScoreShardRow> rows) =>
        ContentHash.Of(rows.SelectMany(r => r.Samples.Zip(r.Scores, (sample, score) => $"{sample:N} {score:R}").Prepend(r.ShardId)));

    private static async Task SaveAsync(PipelineDb db, string key, IReadOnlyList<ScoreShardRow> rows, CancellationToken ct)
    {
        await db.Scores.Where(s => s.ScoreKey == key).ExecuteDeleteAsync(ct);
        await BulkCopy.WriteAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(),
            "zigong.scores (score_key, shard_id, samples, scores)",
            rows,
            [NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Double],
            r => [r.ScoreKey, r.ShardId, r.Samples, r.Scores],
            ct);
    }
}
