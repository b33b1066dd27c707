using ZiGong.Credit.Scorecards;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// The grid that every P(positive), a model's and the scorecard's, is put on before anything ranks, compares or stores it: whole multiples of 2⁻¹⁰ in
/// log odds, which moves no probability by more than 0.00013. Scores that differ by rounding errors of float32 (about 1e-6 in log odds, from another
/// batch, processor or number of solver steps) are thereby ties, but for about one in a thousand that lies at the edge of two steps. So nothing relies
/// on the grid where ties have to be exact: equal prompts are computed once. In log odds and not in P, so that rare outcomes, whose probabilities are
/// all small, keep their order.
/// </summary>
public static class ScoreGrid
{
    private const double StepsPerUnit = 1024;

    /// <summary>P at the nearest step to these log odds; NaN stays NaN.</summary>
    public static double Probability(double logOdds) => LogisticRegression.Sigmoid(Math.Round(logOdds * StepsPerUnit) / StepsPerUnit);

    /// <summary>P of one of several answers, on the grid: softmax over their log-likelihoods, safe for very negative ones.</summary>
    /// <param name="logLikelihoods">One per answer; at least two.</param>
    /// <param name="index">Whose.</param>
    public static double Probability(ReadOnlySpan<double> logLikelihoods, int index)
    {
        var largest = double.NegativeInfinity;
        for (var i = 0; i < logLikelihoods.Length; i++)
        {
            largest = i == index ? largest : Math.Max(largest, logLikelihoods[i]);
        }

        var others = 0.0;
        for (var i = 0; i < logLikelihoods.Length; i++)
        {
            others += i == index ? 0 : Math.Exp(logLikelihoods[i] - largest);
        }

        return Probability(logLikelihoods[index] - largest - Math.Log(others));
    }
}
