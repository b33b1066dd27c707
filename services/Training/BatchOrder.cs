using ZiGong.Contracts;

namespace ZiGong.Training;

/// <summary>
/// Which samples a step sees: passes over a seeded permutation, a new one for every pass. A pure function of the step, so that
/// training resumes anywhere with the same batches.
/// </summary>
public sealed class BatchOrder(int samples, int batchSize, ulong seed)
{
    private int _epoch = -1;
    private int[] _order = [];

    public int StepsPerEpoch { get; } = (samples + batchSize - 1) / batchSize;

    /// <summary>Indices of the samples of a step, counted from 0; the last batch of a pass may be smaller.</summary>
    public ReadOnlySpan<int> At(int step)
    {
        var epoch = step / StepsPerEpoch;
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, samples)];
            SeededRandom.Stream(seed, "epoch", $"{epoch}").Shuffle<int>(_order);
            _epoch = epoch;
        }

        var start = step % StepsPerEpoch * batchSize;
        return _order.AsSpan(start, Math.Min(batchSize, samples - start));
    }

    /// <summary>Whole passes, and more of them where that would be fewer than <paramref name="minimumSteps"/> steps.</summary>
    public static int Steps(int samples, int batchSize, int epochs, int minimumSteps) =>
        WorkAmounts.Steps(samples, batchSize, epochs, minimumSteps);
}
