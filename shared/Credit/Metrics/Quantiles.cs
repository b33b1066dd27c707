namespace ZiGong.Credit.Metrics;

/// <summary>Percentiles and spread of resampled figures.</summary>
public static class Quantiles
{
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
