namespace ZiGong.Credit.Metrics;

/// <summary>How scores of any range rank rows, and how well two rankings agree.</summary>
public static class Ranking
{
    /// <summary>
    /// Probability that a positive row scores higher than a negative one, ties at half; NaN where a class is missing.
    /// For "lowest score first" pass the negated scores.
    /// </summary>
    public static double Auc(IReadOnlyList<double> scores, IReadOnlyList<bool> positive)
    {
        RequireSameLength(scores.Count, positive.Count);
        var ranks = Ranks(scores);
        double positives = positive.Count(p => p);
        var rankSum = Enumerable.Range(0, scores.Count).Where(i => positive[i]).Sum(i => ranks[i]);
        return (rankSum - (positives * (positives + 1) / 2)) / (positives * (scores.Count - positives));
    }

    /// <summary>Spearman's rank correlation, ties at their mean rank; NaN where a side is constant.</summary>
    public static double Spearman(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        RequireSameLength(first.Count, second.Count);
        var a = Ranks(first);
        var b = Ranks(second);
        var mean = (first.Count + 1) / 2.0;
        double product = 0, squaresA = 0, squaresB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            product += (a[i] - mean) * (b[i] - mean);
            squaresA += (a[i] - mean) * (a[i] - mean);
            squaresB += (b[i] - mean) * (b[i] - mean);
        }

        return product / Math.Sqrt(squaresA * squaresB);
    }

    /// <summary>Share of the top rows of the first ranking that are top in the second too; ties fall by position.</summary>
    public static double TopOverlap(IReadOnlyList<double> first, IReadOnlyList<double> second, double share)
    {
        RequireSameLength(first.Count, second.Count);
        var size = Math.Max(1, (int)Math.Round(share * first.Count, MidpointRounding.AwayFromZero));
        return Top(first, size).Intersect(Top(second, size)).Count() / (double)size;
    }

    /// <summary>Ranks from 1 (lowest); equal values share their mean rank.</summary>
    public static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count)];
        Array.Sort([.. values], order);
        var ranks = new double[values.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }

            foreach (var row in order.AsSpan(start, end - start))
            {
                ranks[row] = (start + 1 + end) / 2.0;
            }

            start = end;
        }

        return ranks;
    }

    private static IEnumerable<int> Top(IReadOnlyList<double> values, int size) =>
        Enumerable.Range(0, values.Count).OrderByDescending(i => values[i]).Take(size);

    private static void RequireSameLength(int first, int second)
    {
        if (first != second)
        {
            throw new ArgumentException($"{first} and {second} values do not match");
        }
    }
}
