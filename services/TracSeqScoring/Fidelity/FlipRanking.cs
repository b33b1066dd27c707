using ZiGong.Credit.Metrics;

namespace ZiGong.TracSeqScoring.Fidelity;

/// <summary>How well "lowest score first" finds wrong labels.</summary>
/// <param name="Auc">Over all samples; 0.5 is chance.</param>
/// <param name="WithinClass">By recorded answer, where class alone cannot help.</param>
/// <param name="Found">Share of the wrong labels among the inspected.</param>
public sealed record FlipRanking(double Auc, IReadOnlyDictionary<string, double> WithinClass, double Found)
{
    /// <param name="scores">Lowest is inspected first; ties in the order given.</param>
    /// <param name="answers">The recorded answers.</param>
    /// <param name="flipped">Which of them are wrong.</param>
    /// <param name="inspected">Share of the samples that are looked at, rounded to a whole number of them.</param>
    public static FlipRanking Of(IReadOnlyList<double> scores, IReadOnlyList<string> answers, IReadOnlyList<bool> flipped, double inspected)
    {
        double[] suspicion = [.. scores.Select(s => -s)];
        var looked = Enumerable.Range(0, scores.Count).OrderBy(i => scores[i]).Take((int)Math.Round(inspected * scores.Count, MidpointRounding.AwayFromZero));
        return new FlipRanking(
            Ranking.Auc(suspicion, flipped),
            answers.Distinct().Order(StringComparer.Ordinal).ToDictionary(
                answer => answer,
                answer =>
                {
                    int[] members = [.. Enumerable.Range(0, scores.Count).Where(i => answers[i] == answer)];
                    return Ranking.Auc([.. members.Select(i => suspicion[i])], [.. members.Select(i => flipped[i])]);
                },
                StringComparer.Ordinal),
            looked.Count(i => flipped[i]) / (double)flipped.Count(f => f));
    }
}

/// <summary>How alike two ways of scoring the same samples are.</summary>
/// <param name="Spearman">Rank correlation.</param>
/// <param name="TopOverlap">Share of the top 30 % of the first that is in the top of the second.</param>
/// <param name="TopJaccard">Of the two tops, those in both among those in either.</param>
public sealed record ScoreAgreement(double Spearman, double TopOverlap, double TopJaccard)
{
    public const double Top = 0.3;

    public static ScoreAgreement Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var overlap = Ranking.TopOverlap(first, second, Top);
        return new ScoreAgreement(Ranking.Spearman(first, second), overlap, overlap / (2 - overlap));
    }

    /// <summary>Mean over all pairs of scorings.</summary>
    public static ScoreAgreement Mean(IReadOnlyList<IReadOnlyList<double>> scorings)
    {
        ScoreAgreement[] pairs = [.. scorings.SelectMany((a, i) => scorings.Skip(i + 1).Select(b => Of(a, b)))];
        return new ScoreAgreement(pairs.Average(p => p.Spearman), pairs.Average(p => p.TopOverlap), pairs.Average(p => p.TopJaccard));
    }
}
