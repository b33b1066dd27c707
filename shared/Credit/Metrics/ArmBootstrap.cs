using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>Measures one model on rows of which each counts so many times.</summary>
/// <param name="counts">By row, in the order that all arms and seeds share.</param>
/// <param name="values">Receives one value per figure, NaN where it does not exist.</param>
public delegate void CountedMeasure(ReadOnlySpan<int> counts, Span<double> values);

/// <summary>
/// Intervals for arms that were trained under several seeds and measured on the same test rows. Every resample draws rows with replacement, the
/// same for all arms and seeds, and seeds with replacement, the same for all arms; an arm's figure is its mean over the drawn seeds. A difference
/// of two arms is therefore paired by row and by seed, and its interval covers both: another test side and another training.
/// <para>
/// S drawn seeds vary by only (S − 1)/S of the variance between seeds, which matters for three of them: the deviation of the drawn seeds' mean
/// from that of all seeds is scaled by √(S/(S − 1)) (Rao and Wu, 1988). With one seed the interval covers the rows alone.
/// </para>
/// </summary>
public static class ArmBootstrap
{
    // Two-sided 5 % and power 80 %: the normal quantiles of 0.975 and 0.8.
    private const double DetectableErrors = 1.959964 + 0.841621;

    /// <param name="arms">By arm, then seed: predictions on the same rows in the same order of the caller.</param>
    /// <param name="pairs">Differences to form: first minus second, as places in <paramref name="arms"/>.</param>
    /// <returns>Figures by place of <see cref="Metric"/>; generated ones are NaN where nothing was generated.</returns>
    /// <exception cref="ArgumentException">The arms have not the same seeds or not the same rows.</exception>
    public static ArmStatistics Metrics(
        IReadOnlyList<IReadOnlyList<Predictions>> arms, IReadOnlyList<(int First, int Second)> pairs, ulong seed, int resamples = Bootstrap.DefaultResamples)
    {
        var all = arms.SelectMany(a => a).ToList();
        foreach (var other in all.Skip(1))
        {
            RequireSameRows(all[0], other);
        }

        return Run([.. arms.Select(a => (IReadOnlyList<Func<CountedMeasure>>)[.. a.Select(p => (Func<CountedMeasure>)(() => MeasureOf(p)))])], MetricPass.Size, all[0].Count, pairs, seed, resamples);
    }

    /// <summary>The same of any figures.</summary>
    /// <param name="arms">By arm, then seed: makes a measure of its own for the thread that asks.</param>
    /// <param name="figures">Figures per measure.</param>
    /// <param name="rows">Rows that all measures look at.</param>
    public static ArmStatistics Run(
        IReadOnlyList<IReadOnlyList<Func<CountedMeasure>>> arms, int figures, int rows, IReadOnlyList<(int First, int Second)> pairs, ulong seed, int resamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        if (arms.Count == 0 || arms.Any(a => a.Count == 0 || a.Count != arms[0].Count))
        {
            throw new ArgumentException("every arm needs the same seeds, and at least one");
        }

        var drawn = new Draws[arms.Count];
        Parallel.For(0, arms.Count, a => drawn[a] = Draw(arms[a], figures, rows, seed, resamples));
        return new ArmStatistics(
            [.. drawn.Select(d => (IReadOnlyList<ArmFigure>)[.. Enumerable.Range(0, figures).Select(f => FigureOf([.. d.Values.Select(v => v[f])], d.Resampled[f]))])],
            [.. pairs.Select(p => (IReadOnlyList<Difference>)[.. Enumerable.Range(0, figures).Select(f => DifferenceOf(drawn[p.First], drawn[p.Second], f))])]);
    }

    /// <summary>One arm under all resamples. Each arm draws for itself from the same stream, so that arms can be measured side by side.</summary>
    private static Draws Draw(IReadOnlyList<Func<CountedMeasure>> seeds, int figures, int rows, ulong seed, int resamples)
    {
        CountedMeasure[] measures = [.. seeds.Select(s => s())];
        var random = SeededRandom.Stream(seed, "arms");
        var counts = new int[rows];
        Array.Fill(counts, 1);
        var values = Measure(measures, counts, figures);
        var resampled = Enumerable.Range(0, figures).Select(_ => new double[resamples]).ToArray();
        var times = new int[measures.Length];
        for (var r = 0; r < resamples; r++)
        {
            Redraw(random, counts);
            Redraw(random, times);
            var here = Measure(measures, counts, figures);
            for (var f = 0; f < figures; f++)
            {
                resampled[f][r] = Mean(here, f, times);
            }
        }

        return new Draws(values, resampled);
    }

    private static double[][] Measure(CountedMeasure[] measures, int[] counts, int figures) => Array.ConvertAll(measures, measure =>
    {
        var values = new double[figures];
        measure(counts, values);
        return values;
    });

    private static void Redraw(SeededRandom random, int[] counts)
    {
        Array.Clear(counts);
        for (var i = 0; i < counts.Length; i++)
        {
            counts[random.NextInt(counts.Length)]++;
        }
    }

    /// <summary>Mean over the drawn seeds, its deviation from the mean over all of them scaled.</summary>
    private static double Mean(double[][] seeds, int figure, int[] times)
    {
        double all = 0, drawn = 0;
        for (var s = 0; s < seeds.Length; s++)
        {
            all += seeds[s][figure];
            drawn += times[s] * seeds[s][figure];
        }

        var n = (double)seeds.Length;
        return n == 1 ? all : (all / n) + (Math.Sqrt(n / (n - 1)) * ((drawn - all) / n));
    }

    private static ArmFigure FigureOf(double[] perSeed, double[] resampled)
    {
        var (lower, upper) = Quantiles.Central95(resampled);
        return new ArmFigure(perSeed.Average(), lower, upper, Quantiles.StandardDeviation(perSeed), perSeed);
    }

    private static Difference DifferenceOf(Draws first, Draws second, int figure)
    {
        double[] resampled = [.. first.Resampled[figure].Zip(second.Resampled[figure], (a, b) => a - b)];
        var (lower, upper) = Quantiles.Central95(resampled);
        return new Difference(
            first.Values.Average(v => v[figure]) - second.Values.Average(v => v[figure]), lower, upper, DetectableErrors * Quantiles.StandardDeviation(resampled));
    }

    private static CountedMeasure MeasureOf(Predictions rows)
    {
        var pass = new MetricPass(rows);
        var sorted = new int[rows.Count];
        var generated = rows.Generations.Length > 0;
        return (counts, values) =>
        {
            for (var i = 0; i < sorted.Length; i++)
            {
                sorted[i] = counts[rows.Order[i]];
            }

            pass.Run(sorted, values);
            if (!generated)
            {
                (values[(int)Metric.Miss], values[(int)Metric.AccGenerated]) = (double.NaN, double.NaN);
            }
        };
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
            throw new ArgumentException($"arms are compared on the same rows: {first.Count} and {second.Count} rows, or their labels differ");
        }
    }

    /// <param name="Values">By seed, then figure.</param>
    /// <param name="Resampled">By figure, then resample.</param>
    private sealed record Draws(double[][] Values, double[][] Resampled);
}
