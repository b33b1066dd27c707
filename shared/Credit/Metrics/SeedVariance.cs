using MathNet.Numerics.Distributions;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// How sure a mean over seeds is, as an estimate for other test rows and another training. The bootstrap over rows gives the variance V of the mean over
/// the seeds at hand: that of the rows, and an S-th of what rows and training have only together. The variance s² between the S seeds holds that
/// second part too, once; without it, it is the variance between trainings, of which a mean has an S-th (the usual decomposition of
/// a two-way random-effects layout, Searle, Casella and McCulloch, 1992). Degrees of freedom after Satterthwaite (1946): with few seeds that differ much they
/// are S − 1, with seeds that hardly differ they are many.
/// </summary>
/// <param name="StandardError">Of the mean over seeds.</param>
/// <param name="Freedom">Degrees of freedom; infinite with one seed, whose interval covers the rows alone.</param>
internal sealed record SeedVariance(double StandardError, double Freedom)
{
    /// <summary>Half of a 95 % interval.</summary>
    public double HalfWidth => StandardError * Quantile(0.975);

    /// <summary>The smallest true difference that a two-sided 5 % test shows with power 80 %.</summary>
    public double Detectable => StandardError * (Quantile(0.975) + Quantile(0.8));

    /// <param name="perSeed">The figure of each seed on all rows.</param>
    /// <param name="resampled">By seed, then resample; all seeds under the same resamples. NaN where the figure does not
    /// exist; such resamples are left out.</param>
    public static SeedVariance Of(IReadOnlyList<double> perSeed, IReadOnlyList<double[]> resampled)
    {
        var n = perSeed.Count;
        int[] there = [.. Enumerable.Range(0, resampled[0].Length).Where(r => resampled.All(s => !double.IsNaN(s[r])))];
        if (there.Length < 2)
        {
            return new SeedVariance(double.NaN, double.PositiveInfinity);
        }

        var ofMean = Square(Quantiles.StandardDeviation(there.Select(r => resampled.Average(s => s[r]))));
        if (n == 1)
        {
            return new SeedVariance(Math.Sqrt(ofMean), double.PositiveInfinity);
        }

        var ofOne = resampled.Average(s => Square(Quantiles.StandardDeviation(there.Select(r => s[r]))));
        var between = Square(Quantiles.StandardDeviation(perSeed));
        var together = Math.Max(0, (ofOne - ofMean) * n / (n - 1));
        var variance = ofMean + (Math.Max(0, between - together) / n);
        return new SeedVariance(Math.Sqrt(variance), between == 0 ? double.PositiveInfinity : (n - 1) * Square(variance / (between / n)));
    }

    private double Quantile(double p) => Freedom > 1e6 ? Normal.InvCDF(0, 1, p) : StudentT.InvCDF(0, 1, Math.Max(1, Freedom), p);

    private static double Square(double x) => x * x;
}
