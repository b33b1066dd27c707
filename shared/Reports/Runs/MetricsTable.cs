using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.Runs;

/// <summary>The model's metrics beside the majority class and the scorecard: pure rows of text.</summary>
public static class MetricsTable
{
    // F1Calm is comparable with published figures only, not with the other columns.
    private static readonly Metric[] Shown =
        [
            Metric.Ks, Metric.Auc, Metric.Acc, Metric.F1, Metric.MacroF1, Metric.WeightedF1, Metric.Mcc, Metric.Brier, Metric.Ece, Metric.Miss,
            Metric.AccGenerated];

    /// <param name="report">Of three or more answers the first column says that the figures are of one against the rest.</param>
    public static IReadOnlyList<string> Columns(EvaluationReport report) =>
        [report.Model.Binary ?? "Metric", "Model [95 %]>", "Majority>", "Scorecard [95 %]>", "Model − scorecard [95 %]>", "Detectable>"];

    public static IReadOnlyList<IReadOnlyList<string>> Rows(EvaluationReport report) =>
    [
        .. Shown.Where(report.Model.Values.ContainsKey).Select(metric => (IReadOnlyList<string>)
        [
            Name(metric),
            Format.Interval(report.Model[metric]),
            report.Majority.Values.TryGetValue(metric, out var majority) ? Format.Figure(majority.Value) : "",
            report.Scorecard.Values.TryGetValue(metric, out var scorecard) ? Format.Interval(scorecard) : "",
            report.AgainstScorecard.Values.TryGetValue(metric, out var difference)
                ? Format.Interval(new Interval(difference.Value, difference.Lower, difference.Upper))
                : "",
            report.AgainstScorecard.Values.TryGetValue(metric, out var same) ? Format.Figure(same.Detectable) : "",
        ]),
    ];

    /// <summary>The metric as people write it.</summary>
    public static string Name(Metric metric) => metric switch
    {
        Metric.Ks => "KS",
        Metric.Auc => "AUC",
        Metric.MacroF1 => "macro F1",
        Metric.WeightedF1 => "weighted F1",
        Metric.Mcc => "MCC",
        Metric.Ece => "ECE",
        Metric.AccGenerated => "Acc generated",
        _ => metric.ToString(),
    };
}
