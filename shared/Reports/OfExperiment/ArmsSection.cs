using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>Arms × metrics.</summary>
public static class ArmsSection
{
    public static ReportSection Of(ExperimentResult result)
    {
        Metric[] shown = [.. Shown(result)];
        return new ReportSection(
            "arms",
            "Arms and metrics",
            "Mean over seeds with its 95 % interval; behind ±, the standard deviation between seeds. An arrow says which side is better."
            + (result.Design.Binary is { } binary ? $" All figures are of {binary}, whatever the other answers." : ""),
            shown.Length == 0
                ? [new Paragraph("No seed has been finished by every arm yet.")]
                :
                [
                    DataTable.Of(
                        $"{Format.Count(result.Design.Test)} test samples, {result.Design.SeedsMeasured.Count} seeds",
                        ["Arm", .. shown.Select(m => $"{Reading.Title(m)}>")],
                        result.Arms.Select(
                            a => (IReadOnlyList<Cell>)[
                                a.Arm, .. shown.Select(m => new Cell(a.Metrics.TryGetValue(m, out var figure) ? Text(figure) : "none"))])),
                ]);
    }

    /// <summary>The metrics that any arm has.</summary>
    public static IEnumerable<Metric> Shown(ExperimentResult result) => Reading.Metrics.Where(m => result.Arms.Any(a => a.Metrics.ContainsKey(m)));

    private static string Text(ArmFigure figure) =>
        $"{Format.Interval(figure)}{(figure.PerSeed.Count > 1 ? $" ± {Format.Figure(figure.Spread)}" : "")}";
}
