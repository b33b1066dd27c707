using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>The gradients that a run's extraction made or found: its units say which.</summary>
public static class StoredGradients
{
    /// <returns>One row per shard, in the order of <paramref name="shards"/>.</returns>
    /// <exception cref="InvalidOperationException">A shard has no gradients; the scoring was ordered too early.</exception>
    /// <exception cref="StaleResultException">What a shard's extraction stored is gone; it has to be done again.</exception>
    public static async Task<IReadOnlyList<GradientShardRow>> FindAsync(UnitContext unit, string checkpoint, IReadOnlyList<string> shards, CancellationToken ct)
    {
        var names = shards.Select(s => Units.Pair(checkpoint, s)).ToList();
        var made = await unit.Db.WorkUnits
            .Where(u => u.RunId == unit.Run.RunId && u.Stage == nameof(Stage.Gradients) && names.Contains(u.Unit) && u.State == UnitState.Done)
            .ToDictionaryAsync(u => u.Unit, u => u.Artifacts, StringComparer.Ordinal, ct);
        var artifacts = made.Values.Select(a => a[0]).ToList();
        var rows = await unit.Db.GradientShards.Where(g => g.CheckpointId == checkpoint && artifacts.Contains(g.Artifact)).OrderBy(g => g.GradientKey).ToListAsync(ct);
        return [.. names.Zip(shards, (name, shard) => made.TryGetValue(name, out var of)
            ? rows.Find(r => r.ShardId == shard && (of.Length > 1 ? r.GradientKey == of[1] : r.Artifact == of[0]))
                ?? throw new StaleResultException(new UnitKey(Stage.Gradients, name), $"the gradients of shard {shard} at checkpoint {checkpoint} are gone")
            : throw new InvalidOperationException($"shard {shard} has no gradients at checkpoint {checkpoint}"))];
    }
}
