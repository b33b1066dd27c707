namespace ZiGong.Credit.Metrics;

/// <summary>What one group experiences; favourable = predicted good.</summary>
/// <param name="Group">The group's label.</param>
/// <param name="Count">Rows of the group.</param>
/// <param name="Favourable">Share predicted good.</param>
/// <param name="FavourableOfGood">Share predicted good among the truly good; null where there is none.</param>
/// <param name="FavourableOfBad">Share predicted good among the truly bad; null where there is none.</param>
/// <param name="Counted">False for groups too small to be part of the field's figures.</param>
public sealed record GroupFigures(string Group, int Count, double Favourable, double? FavourableOfGood, double? FavourableOfBad, bool Counted);

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
    double? AverageOdds);

/// <summary>Group fairness of predictions (definitions as in Hardt et al., 2016, and Bellamy et al., 2018).</summary>
public static class Fairness
{
    /// <summary>Groups smaller than this are reported but take no part in ratios and gaps.</summary>
    public const int SmallestGroup = 50;

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
        return new FairnessReport(field, figures, Ratio(counted), Gap(counted.Select(f => (double?)f.Favourable)), good, (good + bad) / 2);
    }

    private static GroupFigures FiguresOf(string group, int[] rows, IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive) => new(
        group,
        rows.Length,
        rows.Average(i => Favourable(probabilities[i])),
        rows.Where(i => !positive[i]).Select(i => (double?)Favourable(probabilities[i])).Average(),
        rows.Where(i => positive[i]).Select(i => (double?)Favourable(probabilities[i])).Average(),
        rows.Length >= SmallestGroup);

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

    private static double? Gap(IEnumerable<double?> shares)
    {
        var known = shares.OfType<double>().ToArray();
        return known.Length < 2 ? null : known.Max() - known.Min();
    }
}
