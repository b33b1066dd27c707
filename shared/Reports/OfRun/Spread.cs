using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>How values lie: quantiles and histograms, for tables and plots.</summary>
public static class Spread
{
    private const int Bins = 40;

    public static IReadOnlyList<double> Quantiles { get; } = [0.05, 0.25, 0.5, 0.75, 0.95];

    /// <summary>Linear between order statistics.</summary>
    /// <param name="sorted">Rising, at least one.</param>
    public static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)Math.Floor(place);
        return below + 1 < sorted.Count ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    /// <summary>5, 25, 50, 75 and 95 %; null where there is nothing.</summary>
    public static Box? BoxOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? null
            : new Box(Quantile(sorted, 0.05), Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75), Quantile(sorted, 0.95));
    }

    /// <summary>Row of a table: name, samples, share below 0, quantiles.</summary>
    public static IReadOnlyList<Cell> Row(string name, IReadOnlyCollection<double> values) => values.Count == 0
        ? [name, "0", "-", .. Quantiles.Select(_ => new Cell("-"))]
        :
        [
            name, Format.Count(values.Count), Format.Share(values.Count(v => v < 0) / (double)values.Count),
            .. Five(BoxOf(values)!).Select(q => new Cell(Format.Score(Math.Round(q, 9)))),
        ];

    /// <summary>The columns of <see cref="Row"/>.</summary>
    public static IReadOnlyList<string> Columns(string first) => [first, "Samples>", "Below 0>", "5 %>", "25 %>", "Median>", "75 %>", "95 %>"];

    /// <summary>Share of each group's values per bin; bins of equal width over the middle 99 % of all, values outside counted in the outer ones.</summary>
    /// <returns>Left edges with the right edge of the last bin, and per group the shares.</returns>
    public static (double[] Edges, IReadOnlyList<double[]> Shares) Histogram(IReadOnlyList<IReadOnlyCollection<double>> groups)
    {
        double[] all = [.. groups.SelectMany(g => g).Order()];
        var (low, high) = (Quantile(all, 0.005), Quantile(all, 0.995));
        if (!(high > low))
        {
            (low, high) = (low - 0.5, low + 0.5);
        }

        double[] edges = [.. Enumerable.Range(0, Bins + 1).Select(i => low + (i * (high - low) / Bins))];
        return (edges, [.. groups.Select(g => SharesOf(g, low, high))]);
    }

    private static double[] SharesOf(IReadOnlyCollection<double> values, double low, double high)
    {
        var shares = new double[Bins];
        foreach (var value in values)
        {
            shares[Math.Clamp((int)((value - low) / (high - low) * Bins), 0, Bins - 1)] += 1.0 / values.Count;
        }

        return shares;
    }

    private static IEnumerable<double> Five(Box box) => [box.Lowest, box.Lower, box.Median, box.Upper, box.Highest];
}
