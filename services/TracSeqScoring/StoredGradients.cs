using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>The gradients that a run's extraction made or found: its units say which.</summary>
internal static class StoredGradients
{
    /// <returns>One result per shard, in the order of <paramref name="shards"/>.</returns>
    /// <exception cref="InvalidOperationException">A shard has no gradients; the scoring was ordered too early.</exception>
    public static async Task<IReadOnlyList<Stored<GradientSummary>>> GradientsAsync(
        this UnitContext unit, string checkpoint, IReadOnlyList<string> shards, CancellationToken ct)
    {
        var names = shards.Select(s => Units.Pair(checkpoint, s)).ToList();
        var results = await unit.ResultsOfAsync<GradientSummary>(Stage.Gradients, names, ct);
        return [.. names.Select(name => results[name])];
    }
}
