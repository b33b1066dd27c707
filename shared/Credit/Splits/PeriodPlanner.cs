using ZiGong.Contracts;

namespace ZiGong.Credit.Splits;

/// <summary>Cuts the training side into the periods whose ends are checkpoints.</summary>
internal static class PeriodPlanner
{
    public static (int[] PeriodOf, IReadOnlyList<SplitPeriod> Periods) Plan(
        IReadOnlyList<SampleHeader> headers, IReadOnlyList<Side> sides, int maxPeriods, ulong seed)
    {
        var training = Enumerable.Range(0, headers.Count).Where(i => sides[i] == Side.Train).ToList();
        var timed = training.TrueForAll(i => headers[i].ObservedAt is not null);
        var months = timed
            ? training.GroupBy(i => SplitTime.MonthIndex(headers[i].ObservedAt!.Value)).OrderBy(group => group.Key).ToList()
            : [];
        var periodOf = new int[headers.Count];
        Array.Fill(periodOf, -1);
        return (periodOf, months.Count > 1 ? ByMonth(months, training.Count, maxPeriods, periodOf) : ByCount(headers, training, maxPeriods, seed, periodOf));
    }

    /// <summary>Whole months; neighbours merge so that at most so many periods of similar size remain.</summary>
    private static List<SplitPeriod> ByMonth(List<IGrouping<int, int>> months, int total, int maxPeriods, int[] periodOf)
    {
        var periods = new List<SplitPeriod>();
        var before = 0L;
        var slot = -1L;
        foreach (var month in months)
        {
            // The middle of the month's samples decides which of the equal parts of the whole it falls into.
            var count = month.Count();
            var part = ((2 * before) + count) * maxPeriods / (2L * total);
            before += count;
            var (from, end) = (SplitTime.MonthStart(month.Key), SplitTime.MonthStart(month.Key + 1));
            if (months.Count <= maxPeriods || part != slot)
            {
                periods.Add(new SplitPeriod(periods.Count, from, end, count));
            }
            else
            {
                periods[^1] = periods[^1] with { End = end, Samples = periods[^1].Samples + count };
            }

            slot = part;
            foreach (var i in month)
            {
                periodOf[i] = periods.Count - 1;
            }
        }

        return periods;
    }

    /// <summary>Without two distinct times: equal step counts in a seeded order.</summary>
    private static List<SplitPeriod> ByCount(
        IReadOnlyList<SampleHeader> headers, List<int> training, int maxPeriods, ulong seed, int[] periodOf)
    {
        var order = training.OrderBy(i => SeededRandom.Derive(seed, "period", headers[i].Id)).ThenBy(i => headers[i].Id, StringComparer.Ordinal).ToList();
        var count = Math.Min(maxPeriods, order.Count);
        for (var rank = 0; rank < order.Count; rank++)
        {
            periodOf[order[rank]] = (int)((long)rank * count / order.Count);
        }

        return [.. Enumerable.Range(0, count).Select(index => new SplitPeriod(index, null, null, periodOf.Count(period => period == index)))];
    }
}
