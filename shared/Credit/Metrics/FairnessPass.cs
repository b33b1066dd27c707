namespace ZiGong.Credit.Metrics;

/// <summary>
/// The figures of <see cref="Fairness"/> under resampling, by place of <see cref="FairnessFigure"/>. Which groups are large enough to count is
/// settled on the rows as they are, not anew in every resample.
/// </summary>
public sealed class FairnessPass
{
    public const int Size = (int)FairnessFigure.AverageOdds + 1;

    private readonly int[] _group; // −1: too small to count
    private readonly int _groups;
    private readonly bool[] _favourable;
    private readonly bool[] _positive;

    /// <param name="groups">Group of each row.</param>
    /// <param name="probabilities">P(bad) of each row; below 0.5 is a favourable prediction.</param>
    /// <param name="positive">Whether the row is truly bad.</param>
    public FairnessPass(IReadOnlyList<string> groups, IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive)
    {
        if (groups.Count != probabilities.Count || groups.Count != positive.Count)
        {
            throw new ArgumentException($"{groups.Count} groups, {probabilities.Count} probabilities and {positive.Count} labels do not match");
        }

        var counted = groups.GroupBy(g => g, StringComparer.Ordinal).Where(g => g.Count() >= Fairness.SmallestGroup).Select((g, i) => (g.Key, i))
            .ToDictionary(g => g.Key, g => g.i, StringComparer.Ordinal);
        _groups = counted.Count;
        _group = [.. groups.Select(g => counted.GetValueOrDefault(g, -1))];
        _favourable = [.. probabilities.Select(p => p < 0.5)];
        _positive = [.. positive];
    }

    /// <summary>Fewer than two groups can be compared: every figure is NaN.</summary>
    public bool IsEmpty => _groups < 2;

    /// <summary>Whether every counted group that has rows of the classes which a figure looks at has enough of them for an interval.</summary>
    public bool HasRowsFor(FairnessFigure figure) => figure switch
    {
        FairnessFigure.EqualOpportunity => Smallest(bad: false) >= FewRows.Smallest,
        FairnessFigure.AverageOdds => Math.Min(Smallest(bad: false), Smallest(bad: true)) >= FewRows.Smallest,
        _ => true, // shares of decisions: a counted group has enough
    };

    public void Run(ReadOnlySpan<int> counts, Span<double> values)
    {
        var all = new long[2, _groups]; // good and bad rows of each group
        var favoured = new long[2, _groups];
        for (var i = 0; i < counts.Length; i++)
        {
            if (_group[i] >= 0)
            {
                var bad = _positive[i] ? 1 : 0;
                all[bad, _group[i]] += counts[i];
                favoured[bad, _group[i]] += _favourable[i] ? counts[i] : 0;
            }
        }

        double[] shares = [.. Enumerable.Range(0, _groups).Select(g => (favoured[0, g] + favoured[1, g]) / (double)(all[0, g] + all[1, g]))];
        double[] good = [.. Enumerable.Range(0, _groups).Select(g => favoured[0, g] / (double)all[0, g])];
        double[] ofBad = [.. Enumerable.Range(0, _groups).Select(g => favoured[1, g] / (double)all[1, g])];
        values[(int)FairnessFigure.ParityRatio] = IsEmpty ? double.NaN : shares.Max() == 0 ? 1 : shares.Min() / shares.Max(); // nobody is favoured: equal
        values[(int)FairnessFigure.ParityDifference] = Gap(shares);
        values[(int)FairnessFigure.EqualOpportunity] = Gap(good);
        values[(int)FairnessFigure.AverageOdds] = (Gap(good) + Gap(ofBad)) / 2;
    }

    private int Smallest(bool bad) => Enumerable.Range(0, _group.Length).Where(i => _group[i] >= 0 && _positive[i] == bad)
        .CountBy(i => _group[i]).Select(g => g.Value).DefaultIfEmpty(int.MaxValue).Min();

    // A group without rows of a kind has no share there, as in Fairness.
    private static double Gap(double[] shares)
    {
        double[] known = [.. shares.Where(s => !double.IsNaN(s))];
        return known.Length < 2 ? double.NaN : known.Max() - known.Min();
    }
}
