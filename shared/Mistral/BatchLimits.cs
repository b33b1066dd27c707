namespace ZiGong.Mistral;

/// <summary>
/// How much one pass of a model may hold: what bounds its memory, whatever the texts. All that computes cuts its samples by this: training, tuning, extraction
/// and evaluation. A pure function of lengths and order, so that batches do not depend on workers or timing.
/// </summary>
/// <param name="Samples">Most samples; 8 to 32 are fastest on a CPU.</param>
/// <param name="Tokens">Most tokens, padding included; a single longer sample is a batch of its own.</param>
public sealed record BatchLimits(int Samples, int Tokens = BatchLimits.LeastTokens)
{
    /// <summary>Of 16 samples of ordinary length.</summary>
    public const int LeastTokens = 16 * TokensOfASample;

    private const int TokensOfASample = 512;

    /// <summary>Room for so many samples of ordinary length.</summary>
    public static BatchLimits Of(int samples) => new(samples, Math.Max(LeastTokens, samples * TokensOfASample));

    /// <summary>Cuts samples that are ordered by length; the batches padded to their longest sample keep within the limits.</summary>
    /// <param name="order">Indices of the samples, shortest first.</param>
    /// <param name="lengths">Tokens of each sample, by index.</param>
    public IReadOnlyList<int[]> Cut(ReadOnlySpan<int> order, IReadOnlyList<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Samples);
        var batches = new List<int[]>();
        var start = 0;
        for (var i = 1; i <= order.Length; i++)
        {
            // Lengths ascend, so the candidate's own length is the batch's.
            if (i == order.Length || i - start == Samples || (long)(i - start + 1) * lengths[order[i]] > Tokens)
            {
                batches.Add(order[start..i].ToArray());
                start = i;
            }
        }

        return batches;
    }

    /// <summary>
    /// Batches of samples with one length each: shortest first, in order of position. Without padding, one cache of keys and values serves them all.
    /// </summary>
    /// <param name="lengths">Tokens of each sample.</param>
    /// <param name="further">Tokens that may follow each.</param>
    public int[][] CutByOneLength(IReadOnlyList<int> lengths, int further) =>
    [
        .. Enumerable.Range(0, lengths.Count).GroupBy(i => lengths[i]).OrderBy(same => same.Key)
            .SelectMany(same => same.Chunk(Math.Clamp(Tokens / (same.Key + further), 1, Samples))),
    ];
}
