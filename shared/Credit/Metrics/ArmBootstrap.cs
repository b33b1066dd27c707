using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>Measures one model on rows of which each counts so many times.</summary>
/// <param name="counts">By row, in the order that all arms and seeds share.</param>
/// <param name="values">Receives one value per figure, NaN where it does not exist.</param>
public delegate void CountedMeasure(ReadOnlySpan<int> counts, Span<double> values);

/// <summary>
/// Intervals for arms that were trained under several seeds and measured on the same test rows. Every resample draws rows with replacement, the same
/// for all arms and seeds; an arm's figure is its mean over seeds, and a difference of two arms is paired by row and by seed. What another training
/// would change comes from how the seeds differ (<see cref="SeedVariance"/>), since a handful of seeds is too few to draw from. Intervals are
/// the figure ± Student's t times its standard error, so they do not take over the bias that KS has in every resample.
/// </summary>
public static class ArmBootstrap
{
    /// <param name="arms">By arm, then seed: what the seed's models predict, of the same rows in the same order of the caller.</param>
    /// <param name="pairs">Differences to form: first minus second, as places in <paramref name="arms"/>.</param>
    /// <returns>Figures by place of <see cref="Metric"/>; generated ones are NaN where nothing was generated.</returns>
    /// <exception cref="ArgumentException">The arms have not the same seeds or not the same rows.</exception>
    public static ArmStatistics Metrics(
        IReadOnlyList<IReadOnlyList<FoldedPredictions>> arms, IReadOnlyList<(int First, int Second)> pairs, ulong seed,
        int resamples = Bootstrap.DefaultResamples, CancellationToken ct = default)
    {
        var all = arms.SelectMany(a => a).ToList();
        foreach (var other in all.Skip(1))
        {
            all[0].RequireSameRows(other);
        }

        return Run(
            [.. arms.Select(a => (IReadOnlyList<Func<CountedMeasure>>)[.. a.Select(p => (Func<CountedMeasure>)p.Measure)])],
            MetricPass.Size, all[0].Count, pairs, seed, resamples, ct);
    }

    /// <summary>The same of any figures.</summary>
    /// <param name="arms">By arm, then seed: makes a measure of its own for the thread that asks.</param>
    /// <param name="figures">Figures per measure.</param>
    /// <param name="rows">Rows that all measures look at.</param>
    public static ArmStatistics Run(
        IReadOnlyList<IReadOnlyList<Func<CountedMeasure>>> arms, int figures, int rows, IReadOnlyList<(int First, int Second)> pairs, ulong seed, int resamples,
        CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        if (arms.Count == 0 || arms.Any(a => a.Count == 0 || a.Count != arms[0].Count))
        {
            throw new ArgumentException("every arm needs the same seeds, and at least one");
        }

        var drawn = new Draws[arms.Count];
        Parallel.For(0, arms.Count, new ParallelOptions { CancellationToken = ct }, a => drawn[a] = Draw(arms[a], figures, rows, seed, resamples, ct));
        return new ArmStatistics(
            [.. drawn.Select(d => (IReadOnlyList<ArmFigure>)[.. Enumerable.Range(0, figures).Select(f => FigureOf(d.Values[f], d.Resampled[f]))])],
            [.. pairs.Select(p => (IReadOnlyList<Difference>)[.. Enumerable.Range(0, figures).Select(f => DifferenceOf(drawn[p.First], drawn[p.Second], f))])]);
    }

    /// <summary>One arm under all resamples. Each arm draws for itself from the same stream, so that arms can be measured side by side.</summary>
    private static Draws Draw(IReadOnlyList<Func<CountedMeasure>> seeds, int figures, int rows, ulong seed, int resamples, CancellationToken ct)
    {
        CountedMeasure[] measures = [.. seeds.Select(s => s())];
        var random = SeededRandom.Stream(seed, "arms");
        var counts = new int[rows];
        Array.Fill(counts, 1);
        var values = Measure(measures, counts, figures);
        var resampled = Enumerable.Range(0, figures).Select(_ => Enumerable.Range(0, measures.Length).Select(_ => new double[resamples]).ToArray()).ToArray();
        for (var r = 0; r < resamples; r++)
        {
            ct.ThrowIfCancellationRequested();
            Redraw(random, counts);
            var here = Measure(measures, counts, figures);
            for (var f = 0; f < figures; f++)
            {
                for (var s = 0; s < measures.Length; s++)
                {
                    resampled[f][s][r] = here[s][f];
                }
            }
        }

        return new Draws([.. Enumerable.Range(0, figures).Select(f => Array.ConvertAll(values, v => v[f]))], resampled);
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

    private static ArmFigure FigureOf(double[] perSeed, double[][] resampled)
    {
        var (mean, variance) = (perSeed.Average(), SeedVariance.Of(perSeed, resampled));
        return new ArmFigure(mean, mean - variance.HalfWidth, mean + variance.HalfWidth, Quantiles.StandardDeviation(perSeed), perSeed);
    }

    private static Difference DifferenceOf(Draws first, Draws second, int figure)
    {
        double[] perSeed = [.. first.Values[figure].Zip(second.Values[figure], (a, b) => a - b)];
        double[][] resampled = [.. first.Resampled[figure].Zip(second.Resampled[figure], (a, b) => a.Zip(b, (x, y) => x - y).ToArray())];
        var (mean, variance) = (perSeed.Average(), SeedVariance.Of(perSeed, resampled));
        return new Difference(mean, mean - variance.HalfWidth, mean + variance.HalfWidth, variance.Detectable);
    }

    /// <param name="Values">By figure, then seed.</param>
    /// <param name="Resampled">By figure, then seed, then resample.</param>
    private sealed record Draws(double[][] Values, double[][][] Resampled);
}
