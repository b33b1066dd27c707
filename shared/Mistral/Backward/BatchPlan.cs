namespace ZiGong.Mistral.Backward;

/// <summary>
/// Cuts a shard into micro-batches of similar length. A pure function of the set of samples: their order in the list does not matter, so a shard
/// gives the same bytes on every worker.
/// </summary>
public static class BatchPlan
{
    /// <summary>Indices into <paramref name="samples"/>, shortest sequences first.</summary>
    /// <param name="samples">The samples of one shard; ids are distinct.</param>
    /// <param name="batchSize">Most samples of a batch.</param>
    /// <param name="maxTokens">Most tokens of a batch, padding included; a single longer sample is a batch of its own.</param>
    public static IReadOnlyList<int[]> ByLength(IReadOnlyList<TokenizedSample> samples, int batchSize, int maxTokens)
    {
        int[] order =
        [
            .. Enumerable.Range(0, samples.Count)
                .OrderBy(i => samples[i].Tokens.Length)
                .ThenBy(i => samples[i].Id, StringComparer.Ordinal),
        ];
        return new BatchLimits(batchSize, maxTokens).Cut(order, [.. samples.Select(s => s.Tokens.Length)]);
    }
}
