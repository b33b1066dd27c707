using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>Finds the gradients that a run's extraction stored, by the key that the extraction used.</summary>
public static class StoredGradients
{
    /// <returns>One row per shard, in the order of <paramref name="shards"/>.</returns>
    /// <exception cref="InvalidOperationException">A shard has no gradients; the scoring was ordered too early.</exception>
    public static async Task<IReadOnlyList<GradientShardRow>> FindAsync(
        UnitContext unit, SnapshotRow snapshot, CheckpointRow checkpoint, IReadOnlyList<string> shards, CancellationToken ct)
    {
        var found = new List<GradientShardRow>(shards.Count);
        foreach (var shard in shards)
        {
            var samples = await unit.Db.ScorableAsync(snapshot.SnapshotId, shard, unit.Options.Snapshot.IsCapped, ct);
            var key = GradientKeys.Of(checkpoint, shard, snapshot, unit.Options, samples);
            found.Add(await unit.Db.GradientShards.SingleOrDefaultAsync(g => g.GradientKey == key, ct)
                ?? throw new InvalidOperationException($"shard {shard} has no gradients at checkpoint {checkpoint.CheckpointId}"));
        }

        return found;
    }
}
