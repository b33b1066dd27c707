using System.Globalization;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports;

/// <summary>What figures say in words: never more than their intervals do.</summary>
public static class Reading
{
    /// <summary>In the order of reports; F1Calm is for published figures only.</summary>
    public static IReadOnlyList<Metric> Metrics { get; } =
        [
            Metric.Ks, Metric.Auc, Metric.Acc, Metric.F1, Metric.MacroF1, Metric.WeightedF1, Metric.Mcc, Metric.Brier, Metric.Ece, Metric.Miss,
            Metric.AccGenerated];

    /// <summary>Fairness of arms, in the order of tables.</summary>
    public static IReadOnlyList<(string Name, FairnessFigure Figure)> FairnessFigures { get; } =
    [
        ("Parity ratio", FairnessFigure.ParityRatio), ("Parity gap", FairnessFigure.ParityDifference),
        ("Equal opportunity gap", FairnessFigure.EqualOpportunity), ("Average odds gap", FairnessFigure.AverageOdds),
    ];

    public static bool LowerIsBetter(Metric metric) => metric is Metric.Brier or Metric.Ece or Metric.Miss;

    /// <summary>The metric's name, with an arrow that points to the better side.</summary>
    public static string Title(Metric metric) => $"{Runs.MetricsTable.Name(metric)} {(LowerIsBetter(metric) ? "↓" : "↑")}";

    public static string Signed(double value) => double.IsFinite(value) ? value.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture) : "-";

    /// <summary>With its ends; alone where there are none.</summary>
    public static string Interval(double value, double lower, double upper) =>
        double.IsNaN(lower) && double.IsNaN(upper) ? Signed(value) : $"{Signed(value)} [{Signed(lower)}, {Signed(upper)}]";

    public static string Interval(Interval change) => Interval(change.Value, change.Lower, change.Upper);

    public static string Interval(Difference difference) => Interval(difference.Value, difference.Lower, difference.Upper);

    /// <summary>Good: the first is better beyond chance. Bad: worse beyond chance. Neutral: the interval holds 0, or there is none.</summary>
    public static Tone ToneOf(Metric metric, Difference difference)
    {
        var sign = LowerIsBetter(metric) ? -1 : 1;
        return Math.Min(sign * difference.Lower, sign * difference.Upper) > 0 ? Tone.Good
            : Math.Max(sign * difference.Lower, sign * difference.Upper) < 0 ? Tone.Bad
            : Tone.Neutral;
    }

    /// <summary>The word for what <see cref="ToneOf"/> says.</summary>
    public static string Word(Metric metric, Difference difference) => ToneOf(metric, difference) switch
    {
        Tone.Good => "better",
        Tone.Bad => "worse",
        _ => difference.HasEnds ? "within chance" : "no interval",
    };

    /// <summary>
    /// One sentence on first minus second of one run, such as "The model is worse than the scorecard beyond the chance of which test samples were
    /// drawn: KS …"; what another training would give is not in its interval.
    /// </summary>
    public static string Sentence(Metric metric, Difference difference, string first, string second, int n) =>
        Sentence(Runs.MetricsTable.Name(metric), ToneOf(metric, difference), difference, first, second, n);

    /// <inheritdoc cref="Sentence(Metric, Difference, string, string, int)"/>
    public static string Sentence(string metric, Tone tone, Difference difference, string first, string second, int n)
    {
        var figures = $"{metric} differs by {Interval(difference)} on {Format.Count(n)} test samples";
        return tone switch
        {
            Tone.Neutral when !difference.HasEnds => $"Whether {first} is better than {second} cannot be said: {figures}, too few for an interval.",
            Tone.Neutral when difference is { Lower: 0, Upper: 0 } =>
                $"{Capital(first)} and {second} have the same {metric} on every resample of {Format.Count(n)} test samples.",
            Tone.Good => $"{Capital(first)} is better than {second} beyond the chance of which test samples were drawn: {figures}.",
            Tone.Bad => $"{Capital(first)} is worse than {second} beyond the chance of which test samples were drawn: {figures}.",
            _ =>
                $"No difference in {metric} between {first} and {second} can be shown: it{figures[metric.Length..]}, which would have shown a true difference "
                + $"of {Format.Figure(difference.Detectable)}.",
        };
    }

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
