using System.Text.Json.Serialization;

namespace ZiGong.Credit.Metrics;

/// <summary>A point of the ROC and KS curves: the rates when everything at or above the threshold counts as positive.</summary>
/// <param name="Threshold">P(positive); +∞ (in JSON "Infinity") where nothing counts as positive, the start of the curve.</param>
/// <param name="FalsePositiveRate">Share of the truly negative at or above it.</param>
/// <param name="TruePositiveRate">Share of the truly positive at or above it.</param>
public sealed record RocPoint(
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double Threshold, double FalsePositiveRate, double TruePositiveRate);

/// <summary>A bin of the calibration curve: mean predicted P(positive) against the observed share.</summary>
/// <param name="Predicted">Mean P(positive) of the bin's rows.</param>
/// <param name="Observed">Share truly positive.</param>
/// <param name="Count">Rows in the bin.</param>
/// <param name="Lower">Lower end of the observed share's 95 % score interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record CalibrationPoint(double Predicted, double Observed, int Count, double Lower, double Upper);

/// <summary>The curves of one model on the test side.</summary>
/// <param name="Roc">From (0, 0) to (1, 1), thinned to about a hundred points; the KS point is among them.</param>
/// <param name="KsPoint">Where TPR − FPR is largest, exactly: the difference is the model's KS. Of several such points the first.</param>
/// <param name="Calibration">Reliability: non-empty bins of equal width, lowest first.</param>
public sealed record ModelCurves(IReadOnlyList<RocPoint> Roc, RocPoint KsPoint, IReadOnlyList<CalibrationPoint> Calibration)
{
    public static ModelCurves Of(Predictions rows)
    {
        var roc = Curves.Roc(rows);
        var ks = Curves.KsPoint(roc);
        return new ModelCurves(Curves.Thin(roc, ks), ks, Curves.Calibration(rows));
    }
}

/// <summary>The points behind the figures, for plots.</summary>
public static class Curves
{
    /// <summary>From (0, 0) at threshold +∞ to (1, 1), one point per distinct probability.</summary>
    public static IReadOnlyList<RocPoint> Roc(Predictions rows)
    {
        var points = new List<RocPoint> { new(double.PositiveInfinity, 0, 0) };
        int positives = 0, negatives = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            _ = rows.Positive[i] ? positives++ : negatives++;
            if (i + 1 == rows.Count || rows.Probabilities[i + 1] != rows.Probabilities[i])
            {
                points.Add(new RocPoint(
                    rows.Probabilities[i],
                    negatives / (double)(rows.Count - rows.Positives),
                    positives / (double)rows.Positives));
            }
        }

        return points;
    }

    /// <summary>The first point with the largest TPR − FPR.</summary>
    public static RocPoint KsPoint(IReadOnlyList<RocPoint> roc) => roc.MaxBy(p => p.TruePositiveRate - p.FalsePositiveRate)!;

    /// <summary>Both ends, the point to keep, and between them points at least 2/<paramref name="points"/> apart along both axes together.</summary>
    public static IReadOnlyList<RocPoint> Thin(IReadOnlyList<RocPoint> roc, RocPoint keep, int points = 100)
    {
        var thinned = new List<RocPoint>();
        foreach (var point in roc)
        {
            if (thinned.Count == 0 || point == keep || point == roc[^1]
                || point.FalsePositiveRate + point.TruePositiveRate - thinned[^1].FalsePositiveRate - thinned[^1].TruePositiveRate >= 2.0 / points)
            {
                thinned.Add(point);
            }
        }

        return thinned;
    }

    /// <summary>Non-empty bins of equal width, lowest first.</summary>
    public static IReadOnlyList<CalibrationPoint> Calibration(Predictions rows, int bins = 10)
    {
        var sums = new double[bins];
        var positives = new int[bins];
        var counts = new int[bins];
        for (var i = 0; i < rows.Count; i++)
        {
            var bin = Math.Min(bins - 1, (int)(rows.Probabilities[i] * bins));
            sums[bin] += rows.Probabilities[i];
            positives[bin] += rows.Positive[i] ? 1 : 0;
            counts[bin]++;
        }

        return [.. Enumerable.Range(0, bins).Where(b => counts[b] > 0).Select(b => PointOf(sums[b] / counts[b], positives[b], counts[b]))];
    }

    private static CalibrationPoint PointOf(double predicted, int positives, int count)
    {
        var observed = Proportion.Wilson(positives, count)!;
        return new CalibrationPoint(predicted, observed.Value, count, observed.Lower, observed.Upper);
    }
}
