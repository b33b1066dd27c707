namespace ZiGong.Cli.Demo;

/// <summary>A training sample whose truth the simulator knows.</summary>
/// <param name="Score">TracSeq score.</param>
/// <param name="Loss">Loss at the last checkpoint.</param>
/// <param name="Answer">The recorded answer, which may be wrong.</param>
/// <param name="Flipped">The recorded answer is wrong.</param>
public sealed record JudgedSample(double Score, double Loss, string Answer, bool Flipped);

/// <summary>How well an order of inspection finds flipped labels.</summary>
/// <param name="Group">all, or the recorded answer within which it was measured.</param>
/// <param name="ByScore">ROC AUC of "lowest score first".</param>
/// <param name="ByLoss">ROC AUC of "highest loss first".</param>
public sealed record FlipFigures(string Group, int Samples, int Flips, double ByScore, double ByLoss);

/// <summary>Flipped labels against the order that the scores suggest.</summary>
public static class FlipDetection
{
    /// <summary>Over all samples, then within each recorded answer, where class alone cannot help.</summary>
    public static IReadOnlyList<FlipFigures> Measure(IReadOnlyList<JudgedSample> samples) =>
        [Of("all", samples), .. samples.GroupBy(s => s.Answer).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Of(g.Key, [.. g]))];

    private static FlipFigures Of(string group, IReadOnlyList<JudgedSample> samples)
    {
        bool[] flipped = [.. samples.Select(s => s.Flipped)];
        return new FlipFigures(
            group, samples.Count, flipped.Count(f => f),
            RankAuc.Of([.. samples.Select(s => -s.Score)], flipped),
            RankAuc.Of([.. samples.Select(s => s.Loss)], flipped));
    }
}

/// <summary>Area under the ROC curve of any figure, by ranks (Mann and Whitney); ties count half.</summary>
public static class RankAuc
{
    /// <returns>The chance that a positive has a higher value than a negative; NaN where one of the two is missing.</returns>
    public static double Of(IReadOnlyList<double> values, IReadOnlyList<bool> positive)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        double pairs = 0;
        long below = 0, positives = 0;
        for (var i = 0; i < order.Length;)
        {
            long here = 0, hereNegative = 0;
            for (var value = values[order[i]]; i < order.Length && values[order[i]].Equals(value); i++)
            {
                _ = positive[order[i]] ? here++ : hereNegative++;
            }

            pairs += here * (below + (hereNegative / 2.0));
            below += hereNegative;
            positives += here;
        }

        return positives == 0 || below == 0 ? double.NaN : pairs / ((double)positives * below);
    }
}
