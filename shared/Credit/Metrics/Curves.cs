namespace ZiGong.Credit.Metrics;

/// <summary>A point of the ROC curve: the rates when everything at or above the threshold counts as positive.</summary>
public sealed record RocPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate);

/// <summary>A bin of the calibration curve: mean predicted P(positive) against the observed share.</summary>
public sealed record CalibrationPoint(double Predicted, double Observed, int Count);

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

        return
        [
            .. Enumerable.Range(0, bins).Where(b => counts[b] > 0)
                .Select(b => new CalibrationPoint(sums[b] / counts[b], positives[b] / (double)counts[b], counts[b])),
        ];
    }
}
