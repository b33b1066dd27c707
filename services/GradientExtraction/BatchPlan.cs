namespace ZiGong.GradientExtraction;

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
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        var order = Enumerable.Range(0, samples.Count)
            .OrderBy(i => samples[i].Tokens.Length)
            .ThenBy(i => samples[i].Id, StringComparer.Ordinal)
            .ToArray();
        var batches = new List<int[]>();
        var start = 0;
        for (var i = 1; i <= order.Length; i++)
        {
            // Lengths ascend, so the candidate's own length is the batch's.
            if (i == order.Length || i - start == batchSize || (long)(i - start + 1) * samples[order[i]].Tokens.Length > maxTokens)
            {
                batches.Add(order[start..i]);
                start = i;
            }
        }

        return batches;
    }
}
