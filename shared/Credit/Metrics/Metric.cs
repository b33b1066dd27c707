using System.Text.Json.Serialization;

namespace ZiGong.Credit.Metrics;

/// <summary>What is measured on predictions; "positive" is always the bad outcome, and a prediction is positive at P ≥ 0.5.</summary>
public enum Metric
{
    /// <summary>Share of rows predicted rightly.</summary>
    Acc,

    /// <summary>F1 of the positive class; 0 where its denominator is 0.</summary>
    F1,

    /// <summary>Mean of both classes' F1.</summary>
    MacroF1,

    /// <summary>Both classes' F1 weighted by their true counts.</summary>
    WeightedF1,

    /// <summary>Both classes' F1 weighted by their <em>predicted</em> counts: CALM's published figure, whose call swaps prediction and truth.</summary>
    F1Calm,

    /// <summary>Matthews correlation; 0 where its denominator is 0.</summary>
    Mcc,

    /// <summary>Kolmogorov–Smirnov: the largest TPR − FPR over distinct thresholds.</summary>
    Ks,

    /// <summary>Area under the ROC curve, ties at half.</summary>
    Auc,

    /// <summary>Mean squared error of P(positive).</summary>
    Brier,

    /// <summary>Expected calibration error over 10 equal-width bins of P(positive).</summary>
    Ece,

    /// <summary>Share of generations that name no allowed answer, or two different ones.</summary>
    Miss,

    /// <summary>Share of generations that name the true answer; a miss counts as wrong.</summary>
    AccGenerated,
}

/// <summary>
/// A figure with its 95 % bootstrap interval (2.5 % and 97.5 % percentiles of the resamples; of KS reflected at
/// the value, see <see cref="Bootstrap"/>).
/// </summary>
/// <param name="Lower">NaN, in JSON null, where rows are too few for an interval; see <see cref="FewRows"/>.</param>
/// <param name="Upper">NaN where <paramref name="Lower"/> is.</param>
public sealed record Interval(
    double Value,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Lower,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Upper)
{
    [JsonIgnore]
    public bool HasEnds => !double.IsNaN(Lower) && !double.IsNaN(Upper);

    /// <summary>A figure without an interval.</summary>
    public static Interval Alone(double value) => new(value, double.NaN, double.NaN);
}

/// <summary>The difference of two models on the same rows, first minus second, with its paired 95 % interval.</summary>
/// <param name="Value">Difference of the two figures.</param>
/// <param name="Lower">2.5 % percentile of the paired resamples; NaN, in JSON null, where rows are too few for an interval.</param>
/// <param name="Upper">97.5 % percentile of the paired resamples; NaN where <paramref name="Lower"/> is.</param>
/// <param name="Detectable">
/// The smallest true difference this many rows would have shown (two-sided 5 %, power 80 %): 2.80 standard errors; NaN without an interval.
/// </param>
public sealed record Difference(
    double Value,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Lower,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Upper,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Detectable)
{
    [JsonIgnore]
    public bool HasEnds => !double.IsNaN(Lower) && !double.IsNaN(Upper);

    /// <summary>A difference without an interval.</summary>
    public static Difference Alone(double value) => new(value, double.NaN, double.NaN, double.NaN);
}

/// <summary>All metrics of one model on <paramref name="N"/> rows, of which <paramref name="Positives"/> are truly positive.</summary>
/// <param name="N">Rows measured.</param>
/// <param name="Positives">Rows whose true answer is the bad outcome.</param>
/// <param name="Values">One entry per measured metric; the two generated ones are absent where nothing was generated.</param>
public sealed record MetricReport(int N, int Positives, IReadOnlyDictionary<Metric, Interval> Values)
{
    public Interval this[Metric metric] => Values[metric];

    /// <summary>With three or more answers what the values are of: the bad outcome against the rest. Null with two, of which they say everything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Binary { get; init; }

    /// <summary>Why the values have no intervals; null where they have.</summary>
    public string? WithoutIntervals => Values.Count == 0 ? null : FewRows.WhyNone(N, Positives);
}

/// <summary>Paired differences (first minus second) on the same <paramref name="N"/> rows.</summary>
public sealed record DifferenceReport(int N, IReadOnlyDictionary<Metric, Difference> Values)
{
    /// <summary>As in <see cref="MetricReport"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Binary { get; init; }

    public Difference this[Metric metric] => Values[metric];
}
