using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>95 % percentile bootstrap (Efron and Tibshirani, 1993, chapter 13): rows drawn with replacement, seeded, each resample one pass.</summary>
public static class Bootstrap
{
    public const int DefaultResamples = 1000;

    // Two-sided 5 % and power 80 %: the normal quantiles of 0.975 and 0.8.
    private const double DetectableErrors = 1.959964 + 0.841621;

    /// <summary>Every metric with its interval.</summary>
    public static MetricReport Evaluate(Predictions rows, ulong seed, int resamples = DefaultResamples)
    {
        var values = rows.Measure();
        var drawn = Draw([rows], seed, resamples)[0];
        return new MetricReport(rows.Count, rows.Positives, values.ToDictionary(v => v.Key, v => IntervalOf(v.Value, drawn[(int)v.Key])));
    }

    /// <summary>Every metric of <paramref name="first"/> minus that of <paramref name="second"/>; both see the same resamples.</summary>
    /// <exception cref="ArgumentException">The two do not hold the same labels in the same order.</exception>
    public static DifferenceReport Compare(Predictions first, Predictions second, ulong seed, int resamples = DefaultResamples)
    {
        RequireSameRows(first, second);
        var a = first.Measure();
        var b = second.Measure();
        var drawn = Draw([first, second], seed, resamples);
        return new DifferenceReport(first.Count, a.Keys.Where(b.ContainsKey).ToDictionary(
            m => m,
            m => DifferenceOf(a[m] - b[m], [.. drawn[0][(int)m].Zip(drawn[1][(int)m], (x, y) => x - y)])));
    }

    private static Interval IntervalOf(double value, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Interval(value, lower, upper);
    }

    private static Difference DifferenceOf(double value, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Difference(value, lower, upper, DetectableErrors * Quantiles.StandardDeviation(resampled));
    }

    /// <summary>Values by model, metric and resample.</summary>
    private static double[][][] Draw(Predictions[] models, ulong seed, int resamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var random = SeededRandom.Stream(seed, "bootstrap");
        var n = models[0].Count;
        var passes = Array.ConvertAll(models, m => new MetricPass(m));
        var results = Array.ConvertAll(models, _ => Enumerable.Range(0, MetricPass.Size).Select(_ => new double[resamples]).ToArray());
        var counts = new int[n];
        var sorted = new int[n];
        Span<double> values = stackalloc double[MetricPass.Size];
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(counts);
            for (var i = 0; i < n; i++)
            {
                counts[random.NextInt(n)]++;
            }

            for (var m = 0; m < models.Length; m++)
            {
                for (var i = 0; i < n; i++)
                {
                    sorted[i] = counts[models[m].Order[i]];
                }

                passes[m].Run(sorted, values);
                for (var v = 0; v < values.Length; v++)
                {
                    results[m][v][r] = values[v];
                }
            }
        }

        return results;
    }

    private static void RequireSameRows(Predictions first, Predictions second)
    {
        var labels = new bool[first.Count];
        for (var i = 0; i < first.Count; i++)
        {
            labels[first.Order[i]] = first.Positive[i];
        }

        if (second.Count != first.Count || Enumerable.Range(0, second.Count).Any(i => labels[second.Order[i]] != second.Positive[i]))
        {
            throw new ArgumentException($"paired comparison needs the same rows: {first.Count} and {second.Count} rows, or their labels differ");
        }
    }
}
