using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// Predictions of several models on parts of the same data (folds, or seeds), put together so that small groups become large enough to compare.
/// Good for what looks at decisions: fairness, accuracy, F1. Ranking figures of the pool (KS, AUC) also measure how differently the models are
/// calibrated.
/// </summary>
public static class PooledPredictions
{
    /// <summary>
    /// Every sample once, by rising id. A sample in several sets gets its mean probability; its generation is kept where all sets agree on it.
    /// </summary>
    /// <param name="sets">One list per model, each without doubles.</param>
    /// <exception cref="InputException">Two sets disagree on a sample's true answer: they are not of the same data.</exception>
    public static IReadOnlyList<SamplePrediction> Pool(params IReadOnlyList<IReadOnlyList<SamplePrediction>> sets) =>
    [
        .. sets.SelectMany(set => set).GroupBy(p => p.Id, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Merge([.. g])),
    ];

    /// <summary>Fairness of pooled predictions, with bootstrap intervals over samples.</summary>
    /// <param name="field">Name of the protected field.</param>
    /// <param name="groupOf">Group of a sample by its id.</param>
    /// <param name="pooled">What <see cref="Pool"/> made.</param>
    /// <param name="seed">Draws the resamples.</param>
    /// <param name="resamples">Bootstrap resamples.</param>
    public static FairnessReport Fairness(
        string field, Func<string, string> groupOf, IReadOnlyList<SamplePrediction> pooled, ulong seed, int resamples = Bootstrap.DefaultResamples) =>
        Metrics.Fairness.Measure(
            field, [.. pooled.Select(p => groupOf(p.Id))], [.. pooled.Select(p => p.Probability)], [.. pooled.Select(p => p.Positive)], seed, resamples);

    private static SamplePrediction Merge(SamplePrediction[] same)
    {
        var first = same[0];
        return same.All(p => p.Positive == first.Positive)
            ? new SamplePrediction(first.Id, first.Positive, same.Average(p => p.Probability), same.All(p => p.Generated == first.Generated) ? first.Generated : null)
            : throw new InputException($"sample {first.Id} is positive in one prediction set and negative in another: the sets are not of the same data");
    }
}
