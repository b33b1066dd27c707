using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.Influence.Fidelity;

/// <summary>
/// The linear datamodeling score (Park et al., TRAK, 2023, section 2.2): how well the summed influence of a subset's members ranks the outcomes of models
/// that were trained on the subsets.
/// </summary>
public static class Datamodeling
{
    /// <param name="subsets">[subset]: places of the members among the training samples.</param>
    /// <param name="pairs">[reference][sample]: influence, positive where training on the sample lowers the loss.</param>
    /// <param name="losses">[subset][reference]: loss of the model trained on the subset.</param>
    /// <returns>One series a reference sample: prediction and outcome (−loss) by subset.</returns>
    public static IReadOnlyList<RankedPair> Series(IReadOnlyList<int[]> subsets, IReadOnlyList<double[]> pairs, IReadOnlyList<double[]> losses) =>
        [.. pairs.Select((scores, r) => new RankedPair([.. Predict(subsets, scores)], [.. losses.Select(l => -l[r])]))];

    /// <summary>Σ of the members' scores, by subset.</summary>
    public static IEnumerable<double> Predict(IEnumerable<int[]> subsets, double[] scores) => subsets.Select(members => members.Sum(m => scores[m]));

    /// <summary>
    /// Mean Spearman correlation over the series, bootstrapped over the subsets; series without variation count as 0: they rank nothing. The same
    /// seed and number of subsets give the same resamples, so that scores can be compared in pairs.
    /// </summary>
    public static SubsetScore Score(IReadOnlyList<RankedPair> series, ulong seed, int resamples)
    {
        var subsets = series[0].Count;
        var counts = new int[subsets];
        Array.Fill(counts, 1);
        var value = Mean(series, counts);
        var random = SeededRandom.Stream(seed, "datamodeling");
        var drawn = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(counts);
            for (var i = 0; i < subsets; i++)
            {
                counts[random.NextInt(subsets)]++;
            }

            drawn[r] = Mean(series, counts);
        }

        return new SubsetScore(value, drawn);
    }

    private static double Mean(IReadOnlyList<RankedPair> series, int[] counts) =>
        series.Average(s => s.Spearman(counts) is var value && double.IsNaN(value) ? 0 : value);
}

/// <summary>A mean rank correlation and its values under resamples of the subsets.</summary>
public sealed record SubsetScore(double Value, IReadOnlyList<double> Resampled)
{
    /// <summary>With a 95 % interval over the subsets.</summary>
    public Interval Interval => Of(Value, Resampled);

    /// <summary>This less the other under the same resamples, with a 95 % interval.</summary>
    public Interval Minus(SubsetScore other) => Of(Value - other.Value, [.. Resampled.Zip(other.Resampled, (a, b) => a - b)]);

    private static Interval Of(double value, IReadOnlyList<double> resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Interval(value, lower, upper);
    }
}

/// <summary>Two figures of the same things, sorted once, so that the rank correlation of any resample of them is one pass.</summary>
public sealed class RankedPair
{
    private readonly (double[] Values, int[] Order) _first;
    private readonly (double[] Values, int[] Order) _second;

    public RankedPair(double[] first, double[] second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} and {second.Length} values do not match");
        }

        if (first.Concat(second).Any(double.IsNaN))
        {
            throw new ArgumentException("a value is not a number");
        }

        _first = Sorted(first);
        _second = Sorted(second);
    }

    public int Count => _first.Values.Length;

    /// <summary>Spearman's correlation where thing i occurs <paramref name="counts"/>[i] times; NaN where a side is constant.</summary>
    public double Spearman(ReadOnlySpan<int> counts)
    {
        Span<double> a = stackalloc double[Count];
        Span<double> b = stackalloc double[Count];
        var total = Ranks(_first, counts, a);
        Ranks(_second, counts, b);
        var mean = (total + 1) / 2.0;
        double product = 0, squaresA = 0, squaresB = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            product += counts[i] * (a[i] - mean) * (b[i] - mean);
            squaresA += counts[i] * (a[i] - mean) * (a[i] - mean);
            squaresB += counts[i] * (b[i] - mean) * (b[i] - mean);
        }

        return product / Math.Sqrt(squaresA * squaresB);
    }

    private static (double[] Values, int[] Order) Sorted(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort([.. values], order);
        return (values, order);
    }

    /// <summary>Mid-ranks of the resample; returns its size.</summary>
    private static int Ranks((double[] Values, int[] Order) side, ReadOnlySpan<int> counts, Span<double> ranks)
    {
        var below = 0;
        for (var start = 0; start < side.Order.Length;)
        {
            var (end, here) = (start, 0);
            while (end < side.Order.Length && side.Values[side.Order[end]] == side.Values[side.Order[start]])
            {
                here += counts[side.Order[end++]];
            }

            foreach (var i in side.Order.AsSpan(start, end - start))
            {
                ranks[i] = below + ((here + 1) / 2.0);
            }

            below += here;
            start = end;
        }

        return below;
    }
}
