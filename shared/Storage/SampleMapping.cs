using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>Between stored rows and the domain's samples, and the queries that several stages need.</summary>
public static class SampleMapping
{
    public static Sample ToSample(this SampleRow row) => new(
        ContentHash.FromGuid(row.SampleId),
        row.Dataset,
        row.Task,
        row.Subject,
        row.NaturalKey,
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.Fields)!,
        row.Answer,
        row.ObservedAt,
        row.LabelKnownAt);

    /// <summary>The samples on one side of a snapshot with their training period, in order of period, then id.</summary>
    public static async Task<IReadOnlyList<(Sample Sample, int Period)>> MembersAsync(this PipelineDb db, string snapshot, Side side, CancellationToken ct)
    {
        var rows = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == side)
            .Join(db.Samples, m => m.SampleId, s => s.SampleId, (m, s) => new { Row = s, m.Period })
            .OrderBy(r => r.Period).ThenBy(r => r.Row.SampleId)
            .ToListAsync(ct);
        return [.. rows.Select(r => (r.Row.ToSample(), r.Period))];
    }

    /// <summary>
    /// What gradients are taken of: a shard's samples in order of arrival, but none of the snapshot's test side.
    /// </summary>
    /// <param name="membersAlone">Nor any that stand on no side: of a capped snapshot that is most of them.</param>
    public static async Task<IReadOnlyList<Sample>> ScorableAsync(this PipelineDb db, string snapshot, string shard, bool membersAlone, CancellationToken ct)
    {
        var rows = await db.Samples
            .Where(
                s => s.ShardId == shard
                    && (!membersAlone || db.SnapshotMembers.Any(m => m.SnapshotId == snapshot && m.SampleId == s.SampleId && m.Side != Side.Idle)))
            .Where(s => !db.SnapshotMembers.Any(m => m.SnapshotId == snapshot && m.SampleId == s.SampleId && m.Side == Side.Test))
            .OrderBy(s => s.Sequence)
            .ToListAsync(ct);
        return [.. rows.Select(ToSample)];
    }
}
