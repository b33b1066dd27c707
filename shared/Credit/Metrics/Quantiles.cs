namespace ZiGong.Credit.Metrics;

/// <summary>Percentiles and spread of resampled figures.</summary>
public static class Quantiles
{
    // Two-sided 5 % and power 80 %: the normal quantiles of 0.975 and 0.8.
    private const double DetectableErrors = 1.959964 + 0.841621;

    /// <summary>A figure with the central 95 % of what its resamples gave.</summary>
    public static Interval IntervalOf(double value, IReadOnlyList<double> resampled)
    {
        var (lower, upper) = Central95(resampled);
        return new Interval(value, lower, upper);
    }

    /// <summary>A difference with the central 95 % of its paired resamples, and the smallest true one that they would have shown.</summary>
    public static Difference DifferenceOf(double value, IReadOnlyList<double> resampled)
    {
        var (lower, upper) = Central95(resampled);
        return new Difference(value, lower, upper, DetectableErrors * StandardDeviation(resampled));
    }

    /// <summary>2.5 % and 97.5 % percentiles; resamples in which the figure does not exist (NaN) are left out.</summary>
    public static (double Lower, double Upper) Central95(IEnumerable<double> resampled)
    {
        var sorted = resampled.Where(v => !double.IsNaN(v)).Order().ToArray();
        return (At(sorted, 0.025), At(sorted, 0.975));
    }

    /// <summary>Quantile of sorted values, interpolated linearly between neighbours (type 7 of Hyndman and Fan); NaN of nothing.</summary>
    public static double At(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.IsEmpty)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>Sample standard deviation (n − 1), NaN left out; 0 for fewer than two values.</summary>
    public static double StandardDeviation(IEnumerable<double> values)
    {
        var kept = values.Where(v => !double.IsNaN(v)).ToArray();
        if (kept.Length < 2)
        {
            return 0;
        }

        var mean = kept.Average();
        return Math.Sqrt(kept.Sum(v => (v - mean) * (v - mean)) / (kept.Length - 1));
    }
}
