using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>What one group experiences; favourable = predicted good.</summary>
/// <param name="Group">The group's label.</param>
/// <param name="Count">Rows of the group.</param>
/// <param name="Favourable">Share predicted good.</param>
/// <param name="FavourableOfGood">Share predicted good among the truly good; null where there is none.</param>
/// <param name="FavourableOfBad">Share predicted good among the truly bad; null where there is none.</param>
/// <param name="Counted">False for groups too small to be part of the field's figures.</param>
public sealed record GroupFigures(string Group, int Count, double Favourable, double? FavourableOfGood, double? FavourableOfBad, bool Counted)
{
    /// <summary>Truly bad rows of the group; null in reports made before it was kept.</summary>
    public int? Positives { get; init; }

    /// <summary>The favourable share with its 95 % score interval; null in reports made before it was kept.</summary>
    public Interval? FavourableInterval { get; init; }
}

/// <summary>
/// 95 % bootstrap intervals of a field's figures; each null where the figure is, or where a counted group has too few rows of a class that it looks at.
/// </summary>
public sealed record FairnessIntervals(Interval? ParityRatio, Interval? ParityDifference, Interval? EqualOpportunity, Interval? AverageOdds);

/// <summary>How differently the groups of one protected field are treated; gaps are largest minus smallest over the counted groups.</summary>
/// <param name="Field">The protected field.</param>
/// <param name="Groups">Every group, the small ones too, ordered by label.</param>
/// <param name="ParityRatio">Demographic parity: smallest over largest favourable share; null with fewer than two counted groups.</param>
/// <param name="ParityDifference">Demographic parity: gap of the favourable share.</param>
/// <param name="EqualOpportunity">Gap of the favourable share among the truly good.</param>
/// <param name="AverageOdds">Mean of the gaps among the truly good and among the truly bad.</param>
public sealed record FairnessReport(
    string Field,
    IReadOnlyList<GroupFigures> Groups,
    double? ParityRatio,
    double? ParityDifference,
    double? EqualOpportunity,
    double? AverageOdds)
{
    /// <summary>
    /// The most favoured counted group's favourable share over that of the largest counted group: above 1 a smaller group fares better. Null with
    /// fewer than two counted groups, or where nobody in the largest is favoured.
    /// </summary>
    public double? LargestRatio { get; init; }

    /// <summary>Null where nothing was resampled.</summary>
    public FairnessIntervals? Intervals { get; init; }
}

/// <summary>Group fairness of predictions (definitions as in Hardt et al., 2016, and Bellamy et al., 2018).</summary>
public static class Fairness
{
    /// <summary>Groups smaller than this are reported but take no part in ratios and gaps.</summary>
    public const int SmallestGroup = 50;

    /// <summary>Where fewer than this share of every group is accepted, or refused, all have nearly the same share and parity is not measured.</summary>
    public const double SmallestDecision = 0.02;

    /// <summary>Share of all rows, small groups too, that is predicted bad; NaN without rows.</summary>
    public static double RefusedShare(FairnessReport report) =>
        report.Groups.Sum(g => g.Count * (1 - g.Favourable)) / report.Groups.Sum(g => g.Count);

    /// <summary>Whether in every group that counts so few are refused, or in every one so few accepted, that groups cannot be compared.</summary>
    public static bool DecidesAlike(FairnessReport report)
    {
        List<double> favourable = [.. report.Groups.Where(g => g.Counted).Select(g => g.Favourable)];
        return favourable.TrueForAll(f => 1 - f < SmallestDecision - 1e-9) || favourable.TrueForAll(f => f < SmallestDecision - 1e-9);
    }

    /// <param name="field">Name of the protected field.</param>
    /// <param name="groups">Group of each row.</param>
    /// <param name="probabilities">P(bad) of each row; below 0.5 is a favourable prediction.</param>
    /// <param name="positive">Whether the row is truly bad.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static FairnessReport Measure(string field, IReadOnlyList<string> groups, IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive)
    {
        if (groups.Count != probabilities.Count || groups.Count != positive.Count)
        {
            throw new ArgumentException($"{groups.Count} groups, {probabilities.Count} probabilities and {positive.Count} labels do not match");
        }

        var figures = Enumerable.Range(0, groups.Count)
            .GroupBy(i => groups[i], StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => FiguresOf(g.Key, [.. g], probabilities, positive))
            .ToArray();
        var counted = figures.Where(f => f.Counted).ToArray();
        var good = Gap(counted.Select(f => f.FavourableOfGood));
        var bad = Gap(counted.Select(f => f.FavourableOfBad));
        return new FairnessReport(field, figures, Ratio(counted), Gap(counted.Select(f => (double?)f.Favourable)), good, (good + bad) / 2)
        {
            LargestRatio = LargestRatio(counted),
        };
    }

    /// <summary>The same with 95 % bootstrap intervals: rows drawn with replacement; which groups count is settled on the rows as they are.</summary>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static FairnessReport Measure(
        string field, IReadOnlyList<string> groups, IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive, ulong seed,
        int resamples = Bootstrap.DefaultResamples, CancellationToken ct = default)
    {
        var report = Measure(field, groups, probabilities, positive);
        var pass = new FairnessPass(groups, probabilities, positive);
        if (pass.IsEmpty)
        {
            return report;
        }

        var random = SeededRandom.Stream(seed, "fairness bootstrap", field);
        var counts = new int[groups.Count];
        var drawn = Enumerable.Range(0, FairnessPass.Size).Select(_ => new double[resamples]).ToArray();
        Span<double> values = stackalloc double[FairnessPass.Size];
        for (var r = 0; r < resamples; r++)
        {
            ct.ThrowIfCancellationRequested();
            Array.Clear(counts);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[random.NextInt(counts.Length)]++;
            }

            pass.Run(counts, values);
            for (var v = 0; v < values.Length; v++)
            {
                drawn[v][r] = values[v];
            }
        }

        Interval? Of(double? value, FairnessFigure figure)
        {
            var (lower, upper) = Quantiles.Central95(drawn[(int)figure]);
            return value is { } known && pass.HasRowsFor(figure) ? new Interval(known, lower, upper) : null;
        }

        return report with
        {
            Intervals = new FairnessIntervals(
                Of(report.ParityRatio, FairnessFigure.ParityRatio), Of(report.ParityDifference, FairnessFigure.ParityDifference),
                Of(report.EqualOpportunity, FairnessFigure.EqualOpportunity), Of(report.AverageOdds, FairnessFigure.AverageOdds)),
        };
    }

    private static GroupFigures FiguresOf(string group, int[] rows, IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive) => new(
        group,
        rows.Length,
        rows.Average(i => Favourable(probabilities[i])),
        rows.Where(i => !positive[i]).Select(i => (double?)Favourable(probabilities[i])).Average(),
        rows.Where(i => positive[i]).Select(i => (double?)Favourable(probabilities[i])).Average(),
        rows.Length >= SmallestGroup)
    {
        Positives = rows.Count(i => positive[i]),
        FavourableInterval = Proportion.Wilson(rows.Count(i => Favourable(probabilities[i]) > 0), rows.Length),
    };

    private static double Favourable(double probability) => probability < 0.5 ? 1 : 0;

    private static double? Ratio(GroupFigures[] counted)
    {
        if (counted.Length < 2)
        {
            return null;
        }

        var largest = counted.Max(f => f.Favourable);
        return largest == 0 ? 1 : counted.Min(f => f.Favourable) / largest; // nobody is favoured: equal
    }

    private static double? LargestRatio(GroupFigures[] counted)
    {
        var largest = counted.OrderByDescending(f => f.Count).ThenBy(f => f.Group, StringComparer.Ordinal).FirstOrDefault()?.Favourable;
        return counted.Length < 2 || largest == 0 ? null : counted.Max(f => f.Favourable) / largest;
    }

    private static double? Gap(IEnumerable<double?> shares)
    {
        var known = shares.OfType<double>().ToArray();
        return known.Length < 2 ? null : known.Max() - known.Min();
    }
}
