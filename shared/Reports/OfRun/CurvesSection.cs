using System.Globalization;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>KS, ROC and calibration curves from the stored predictions.</summary>
public static class CurvesSection
{
    private const int PlotPoints = 200;
    private const int TablePoints = 25;

    public static ReportSection Of(RunFacts facts) => new(
        "curves",
        "KS, ROC and calibration curves",
        facts.Predictions.Count == 0
            ? ""
            : "Drawn from the stored predictions on the test side"
                + (facts.Result.Report?.Model.Binary is { } binary ? $": {binary}, whatever the other answers." : "."),
        facts.Predictions.Count == 0
            ? [new Paragraph("No predictions are stored for this run, so there are no curves.")]
            : [new Figures(Ks(facts.Predictions[0]), Roc(facts.Predictions), Calibration(facts.Predictions))]);

    /// <summary>The curve's points, thinned evenly, with both ends and the points that matter kept.</summary>
    public static IReadOnlyList<T> Thinned<T>(IReadOnlyList<T> points, int most, params int[] kept)
    {
        if (points.Count <= most)
        {
            return points;
        }

        var places = Enumerable.Range(0, most).Select(i => (int)((long)i * (points.Count - 1) / (most - 1))).Union(kept).Order();
        return [.. places.Select(i => points[i])];
    }

    private static Figure Ks(ModelPredictions model)
    {
        // ROC points fall in threshold: the share at or above it. Below it lies the rest.
        var points = Curves.Roc(model.Rows).Skip(1).Reverse()
            .Select(p => (Threshold: p.Threshold, Good: 1 - p.FalsePositiveRate, Bad: 1 - p.TruePositiveRate)).ToList();
        var widest = points.Index().MaxBy(p => p.Item.Good - p.Item.Bad).Index;
        var shown = Thinned(points, PlotPoints, widest);
        var at = points[widest];
        return new Figure(
            $"KS curve of the {model.Name}",
            $"Share of truly good and of truly bad samples below each P(bad). They lie furthest apart, by {Format.Figure(at.Good - at.Bad)}, "
            + $"at P(bad) = {Format.Figure(at.Threshold)}: "
            + $"{Format.Share(at.Good)} of the good and {Format.Share(at.Bad)} of the bad lie below.",
            Plots.Lines(
                new Scale("P(bad)", 0, 1),
                new Scale("share below", 0, 1),
                [
                    new Line("truly good", Ink.Good, [(0, 0), .. shown.Select(p => (p.Threshold, p.Good)), (1, 1)]),
                    new Line("truly bad", Ink.Bad, [(0, 0), .. shown.Select(p => (p.Threshold, p.Bad)), (1, 1)]),
                    new Line("KS", Ink.Limit, [(at.Threshold, at.Bad), (at.Threshold, at.Good)]),
                ]),
            DataTable.Of(
                "Points of the KS curve",
                ["P(bad)", "Good below>", "Bad below>", "Difference>"],
                Thinned(points, TablePoints, widest)
                    .Select(p => (IReadOnlyList<Cell>)[Probability(p.Threshold), Format.Share(p.Good), Format.Share(p.Bad), Format.Figure(p.Good - p.Bad)])));
    }

    private static Figure Roc(IReadOnlyList<ModelPredictions> models)
    {
        var curves = models.Select(m => (m.Name, m.Ink, Points: Curves.Roc(m.Rows))).ToList();
        return new Figure(
            "ROC curves",
            "Share of the bad caught against share of the good wrongly suspected, at every threshold. "
            + string.Join(", ", models.Select(m => $"{m.Name}: AUC {Format.Figure(m.Rows.Measure()[Metric.Auc])}")) + "; the diagonal is chance.",
            Plots.Lines(
                new Scale("false positive rate", 0, 1),
                new Scale("true positive rate", 0, 1),
                [
                    .. curves.Select(c => new Line(c.Name, c.Ink, [.. Thinned(c.Points, PlotPoints).Select(p => (p.FalsePositiveRate, p.TruePositiveRate))])),
                    new Line("chance", Ink.Limit, [(0, 0), (1, 1)]),
                ]),
            DataTable.Of(
                "Points of the ROC curves",
                ["Model", "Threshold>", "False positive rate>", "True positive rate>"],
                curves.SelectMany(c => Thinned(c.Points, TablePoints)
                    .Select(
                        p => (IReadOnlyList<Cell>)[
                            c.Name, double.IsFinite(p.Threshold) ? Probability(p.Threshold) : "above all", Format.Share(p.FalsePositiveRate),
                            Format.Share(p.TruePositiveRate)]))));
    }

    private static Figure Calibration(IReadOnlyList<ModelPredictions> models)
    {
        var curves = models.Select(m => (m.Name, m.Ink, Points: Curves.Calibration(m.Rows))).ToList();
        return new Figure(
            "Calibration",
            "Observed share of bad against the predicted one, in ten bins of equal width with 95 % intervals; "
            + "on the diagonal a probability means what it says. "
            + string.Join(", ", models.Select(m => $"{m.Name}: expected calibration error {Format.Figure(m.Rows.Measure()[Metric.Ece])}")) + ".",
            Plots.Curves(
                new Scale("mean P(bad)", 0, 1),
                new Scale("observed share of bad", -0.02, 1.02),
                [.. curves.Select(c => new Curve(c.Name, c.Ink, [.. c.Points.Select(p => new CurvePoint(p.Predicted, p.Observed, p.Lower, p.Upper, []))]))],
                new Line("perfect", Ink.Limit, [(0, 0), (1, 1)])),
            DataTable.Of(
                "Calibration by bin",
                ["Model", "Mean P(bad)>", "Observed [95 %]>", "Samples>"],
                curves.SelectMany(c => c.Points.Select(p => (IReadOnlyList<Cell>)
                [
                    c.Name, Format.Figure(p.Predicted), Format.Interval(new Interval(p.Observed, p.Lower, p.Upper)), Format.Count(p.Count),
                ]))));
    }

    private static string Probability(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
