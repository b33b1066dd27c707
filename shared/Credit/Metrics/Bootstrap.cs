using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>95 % percentile bootstrap (Efron and Tibshirani, 1993, chapter 13): rows drawn with replacement, seeded, each resample one pass.</summary>
/// <remarks>
/// The KS of one model has the basic interval instead (Davison and Hinkley, 1997, section 5.2), [2p − upper, 2p − lower] of its value p: KS of a
/// sample lies above that of the population, since it is a maximum, and that of a resample above the sample's by about as much again. The
/// percentile interval is thus too high by the bias twice; the reflected one takes it off once. Simulated (normal scores one apart, a third bad),
/// the truth is held in .89 of cases at 300 rows and .91 at 1,000, where percentiles hold it in .79 and .83: closer to .95, and below it still.
/// Differences of two models keep the percentile interval: most of the bias is that of both.
/// </remarks>
public static class Bootstrap
{
    public const int DefaultResamples = 1000;

    // Two-sided 5 % and power 80 %: the normal quantiles of 0.975 and 0.8.
    private const double DetectableErrors = 1.959964 + 0.841621;

    /// <summary>Every metric with its interval; without one where rows are too few (<see cref="FewRows"/>).</summary>
    public static MetricReport Evaluate(Predictions rows, ulong seed, int resamples = DefaultResamples, CancellationToken ct = default)
    {
        var values = rows.Measure();
        if (FewRows.WhyNone(rows.Count, rows.Positives) is not null)
        {
            return new MetricReport(rows.Count, rows.Positives, values.ToDictionary(v => v.Key, v => Interval.Alone(v.Value)));
        }

        var drawn = Draw([rows], seed, resamples, ct)[0];
        return new MetricReport(rows.Count, rows.Positives, values.ToDictionary(v => v.Key, v => v.Key == Metric.Ks ? ReflectedOf(v.Value, drawn[(int)v.Key]) : IntervalOf(v.Value, drawn[(int)v.Key])));
    }

    /// <summary>
    /// Every metric of <paramref name="first"/> minus that of <paramref name="second"/>; both see the same resamples, and none where rows are too few.
    /// </summary>
    /// <exception cref="ArgumentException">The two do not hold the same labels in the same order.</exception>
    public static DifferenceReport Compare(Predictions first, Predictions second, ulong seed, int resamples = DefaultResamples, CancellationToken ct = default)
    {
        RequireSameRows(first, second);
        var a = first.Measure();
        var b = second.Measure();
        if (FewRows.WhyNone(first.Count, first.Positives) is not null)
        {
            return new DifferenceReport(first.Count, a.Keys.Where(b.ContainsKey).ToDictionary(m => m, m => Difference.Alone(a[m] - b[m])));
        }

        var drawn = Draw([first, second], seed, resamples, ct);
        return new DifferenceReport(first.Count, a.Keys.Where(b.ContainsKey).ToDictionary(
            m => m,
            m => DifferenceOf(a[m] - b[m], [.. drawn[0][(int)m].Zip(drawn[1][(int)m], (x, y) => x - y)])));
    }

    private static Interval IntervalOf(double value, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Interval(value, lower, upper);
    }

    /// <summary>Basic interval of a figure from 0 to 1, widened where resampling moves the figure by more than its spread: it holds the value.</summary>
    private static Interval ReflectedOf(double value, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Interval(value, Math.Min(value, Math.Clamp((2 * value) - upper, 0, 1)), Math.Max(value, Math.Clamp((2 * value) - lower, 0, 1)));
    }

    private static Difference DifferenceOf(double value, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Difference(value, lower, upper, DetectableErrors * Quantiles.StandardDeviation(resampled));
    }

    /// <summary>Values by model, metric and resample.</summary>
    private static double[][][] Draw(Predictions[] models, ulong seed, int resamples, CancellationToken ct)
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
            ct.ThrowIfCancellationRequested();
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
