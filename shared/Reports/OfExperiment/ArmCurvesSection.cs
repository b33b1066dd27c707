using System.Globalization;
using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>Figures over what the experiment varies.</summary>
public static class ArmCurvesSection
{
    private static readonly Metric[] Drawn = [Metric.Ks, Metric.Auc, Metric.Brier, Metric.F1];

    public static ReportSection Of(ExperimentResult result)
    {
        Figure[] figures = [.. Drawn.Select(m => Curve(result, m)).OfType<Figure>()];
        return new ReportSection(
            "curves",
            "Over the varied quantity",
            figures.Length == 0 ? "" : $"Mean over seeds with 95 % intervals over {Quantity(result.Name)}; small points are single seeds.",
            figures.Length == 0 ? [new Paragraph("The arms of this experiment form no curve.")] : [new Figures(figures)]);
    }

    private static Figure? Curve(ExperimentResult result, Metric metric)
    {
        var curves = result.Arms.Where(a => a.Series is not null && a.X is not null && a.Metrics.ContainsKey(metric))
            .GroupBy(a => a.Series!, StringComparer.Ordinal)
            .Select((g, i) => (Name: g.Key, Ink: Inks.Series[i % Inks.Series.Count], Arms: g.OrderBy(a => a.X).ToList()))
            .ToList();
        if (curves.Count == 0 || curves.Max(c => c.Arms.Count) < 2)
        {
            return null;
        }

        var name = Runs.MetricsTable.Name(metric);
        return new Figure(
            $"{name} over {Quantity(result.Name)}",
            string.Join(" ", curves.Select(c => $"{c.Name}: {string.Join(", ", c.Arms.Select(a => $"{Format.Figure(a.Metrics[metric].Mean)} at {X(a)}"))}.")),
            Plots.Curves(
                new Scale(Quantity(result.Name)),
                new Scale(name),
                [.. curves.Select(
                    c =>
                        new Curve(
                            c.Name, c.Ink,
                            [.. c.Arms.Select(
                                a => new CurvePoint(
                                    a.X!.Value, a.Metrics[metric].Mean, a.Metrics[metric].Lower, a.Metrics[metric].Upper, a.Metrics[metric].PerSeed))]))]),
            DataTable.Of(
                $"{name} over {Quantity(result.Name)}",
                ["Arm", $"{Reading.Capital(Quantity(result.Name))}>", "Mean>", "Lower end>", "Upper end>", "Single seeds>"],
                curves.SelectMany(c => c.Arms.Select(a => (IReadOnlyList<Cell>)
                [
                    a.Arm, X(a), Format.Figure(a.Metrics[metric].Mean), Format.Figure(a.Metrics[metric].Lower), Format.Figure(a.Metrics[metric].Upper),
                    string.Join(", ", a.Metrics[metric].PerSeed.Select(Format.Figure)),
                ]))));
    }

    private static string X(ArmResult arm) => arm.X!.Value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Quantity(string experiment) => experiment switch
    {
        "gamma" => "γ",
        "mix" => "share of top places",
        "sketch" => "buckets of the sketch",
        _ => "share of the data kept",
    };
}
