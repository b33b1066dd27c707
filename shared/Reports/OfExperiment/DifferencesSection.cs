using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>Paired differences of arms.</summary>
public static class DifferencesSection
{
    public static ReportSection Of(ExperimentResult result) => new(
        "differences",
        "Paired differences",
        "Arm minus reference on the same test samples and seeds, with 95 % intervals. "
        + "Detectable is the smallest true difference that would have been shown (two-sided 5 %, power 80 %)."
        + (result.Design.Binary is { } binary ? $" All figures are of {binary}, whatever the other answers." : ""),
        result.Comparisons.Count == 0
            ? [new Paragraph("There are no comparisons yet.")]
            :
            [
                .. result.Comparisons.Any(c => c.Differences.ContainsKey(Metric.Auc)) ? new ReportBlock[] { new Figures(Forest(result, Metric.Auc)) } : [],
                .. ArmsSection.Shown(result).Where(m => m != Metric.Auc && result.Comparisons.Any(c => c.Differences.ContainsKey(m)))
                    .Select(m => Table(result, m)),
            ]);

    /// <summary>A line per comparison, right of 0 where the arm is better.</summary>
    public static Figure Forest(ExperimentResult result, Metric metric)
    {
        var compared = result.Comparisons.Where(c => c.Differences.ContainsKey(metric)).ToList();
        var groups = compared.GroupBy(c => c.Reference, StringComparer.Ordinal)
            .Select((g, i) => ($"against {g.Key}", Inks.Series[i % Inks.Series.Count], (IReadOnlyList<Estimate>)[.. g.Select(c => Estimate(c, metric))]))
            .ToList();
        var name = Runs.MetricsTable.Name(metric);
        return new Figure(
            $"{name}: arm minus reference",
            $"Points with 95 % intervals; an interval that crosses the dashed line at 0 shows no difference. "
            + $"{string.Join(", ", compared.Select(c => $"{c.Arm} against {c.Reference}: {Reading.Interval(c.Differences[metric])}"))}.",
            Plots.Forest(new Scale($"Δ{name}"), groups),
            Table(result, metric),
            90 + (30 * compared.Select(c => c.Arm).Distinct(StringComparer.Ordinal).Count()) + (14 * compared.Count));
    }

    private static DataTable Table(ExperimentResult result, Metric metric) => DataTable.Of(
        $"{Reading.Title(metric)}: arm minus reference",
        ["Arm", "Reference", "Difference>", "Detectable>", "Reading", "Seeds>", "Jaccard index of the kept samples>"],
        result.Comparisons.Where(c => c.Differences.ContainsKey(metric)).Select(c => (IReadOnlyList<Cell>)
        [
            c.Arm, c.Reference, Reading.Interval(c.Differences[metric]), Format.Figure(c.Differences[metric].Detectable),
            new Cell(Reading.Word(metric, c.Differences[metric]), Reading.ToneOf(metric, c.Differences[metric])), $"{c.Seeds}", Format.Figure(c.Overlap),
        ]));

    private static Estimate Estimate(ArmComparison comparison, Metric metric)
    {
        var d = comparison.Differences[metric];
        return new Estimate(comparison.Arm, d.Value, d.Lower, d.Upper);
    }
}
