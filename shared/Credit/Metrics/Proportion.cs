namespace ZiGong.Credit.Metrics;

/// <summary>Shares of independent rows.</summary>
public static class Proportion
{
    private const double Z = 1.959964; // two-sided 95 %

    /// <summary>Share with its 95 % score interval (Wilson, 1927), which stays in [0, 1] and has a width at 0 and 1 too; null of no rows.</summary>
    public static Interval? Wilson(int successes, int rows)
    {
        if (rows == 0)
        {
            return null;
        }

        var share = successes / (double)rows;
        var centre = share + (Z * Z / (2 * rows));
        var half = Z * Math.Sqrt((share * (1 - share) / rows) + (Z * Z / (4.0 * rows * rows)));
        var scale = 1 + (Z * Z / rows);

        // At 0 and 1 the bound is the share itself, which rounding would miss by a hair.
        return new Interval(share, Math.Min(share, Math.Max(0, (centre - half) / scale)), Math.Max(share, Math.Min(1, (centre + half) / scale)));
    }
}
