namespace ZiGong.Credit.Metrics;

/// <summary>All metrics of a resample in one pass over the rows in falling order of probability; buffers are reused.</summary>
internal sealed class MetricPass(Predictions rows)
{
    public const int Size = (int)Metric.AccGenerated + 1;
    private const int Bins = 10;

    private readonly double[] _binSum = new double[Bins];
    private readonly long[] _binPositive = new long[Bins];
    private readonly long[] _binCount = new long[Bins];
    private long _truePositive;
    private long _falsePositive;
    private long _positives;
    private long _negatives;

    /// <param name="counts">How often each row was drawn, in the order of the predictions.</param>
    /// <param name="values">Receives one value per <see cref="Metric"/>; KS and AUC are NaN where the resample lacks a class.</param>
    public void Run(ReadOnlySpan<int> counts, Span<double> values)
    {
        Ranks(counts, values);
        Bin(counts, values);
        Confusion(values);
        if (rows.Generations.Length > 0)
        {
            Generations(counts, values);
        }
    }

    private void Ranks(ReadOnlySpan<int> counts, Span<double> values)
    {
        var probabilities = rows.Probabilities;
        var positive = rows.Positive;
        _truePositive = 0;
        _falsePositive = 0;
        CountClasses(counts);
        long above = 0, aboveNegative = 0; // drawn so far
        double area = 0;
        var ks = 0.0;
        var i = 0;
        while (i < counts.Length)
        {
            var threshold = probabilities[i];
            long here = 0, hereNegative = 0;
            for (; i < counts.Length && probabilities[i] == threshold; i++)
            {
                if (positive[i])
                {
                    here += counts[i];
                }
                else
                {
                    hereNegative += counts[i];
                }
            }

            area += hereNegative * (above + (here / 2.0));
            above += here;
            aboveNegative += hereNegative;
            ks = Math.Max(ks, (above / (double)_positives) - (aboveNegative / (double)_negatives));
            if (threshold >= 0.5)
            {
                _truePositive = above;
                _falsePositive = aboveNegative;
            }
        }

        var defined = _positives > 0 && _negatives > 0;
        values[(int)Metric.Ks] = defined ? ks : double.NaN;
        values[(int)Metric.Auc] = defined ? area / ((double)_positives * _negatives) : double.NaN;
    }

    private void CountClasses(ReadOnlySpan<int> counts)
    {
        _positives = 0;
        _negatives = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (rows.Positive[i])
            {
                _positives += counts[i];
            }
            else
            {
                _negatives += counts[i];
            }
        }
    }

    private void Bin(ReadOnlySpan<int> counts, Span<double> values)
    {
        Array.Clear(_binSum);
        Array.Clear(_binPositive);
        Array.Clear(_binCount);
        double squares = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var p = rows.Probabilities[i];
            var y = rows.Positive[i] ? 1 : 0;
            var bin = Math.Min(Bins - 1, (int)(p * Bins));
            _binSum[bin] += counts[i] * p;
            _binPositive[bin] += counts[i] * y;
            _binCount[bin] += counts[i];
            squares += counts[i] * (p - y) * (p - y);
        }

        double gap = 0;
        for (var b = 0; b < Bins; b++)
        {
            gap += Math.Abs(_binSum[b] - _binPositive[b]);
        }

        values[(int)Metric.Brier] = squares / (_positives + _negatives);
        values[(int)Metric.Ece] = gap / (_positives + _negatives);
    }

    private void Confusion(Span<double> values)
    {
        double tp = _truePositive, fp = _falsePositive, fn = _positives - _truePositive, tn = _negatives - _falsePositive;
        var n = tp + fp + fn + tn;
        var f1 = Ratio(2 * tp, (2 * tp) + fp + fn);
        var f1Negative = Ratio(2 * tn, (2 * tn) + fp + fn);
        values[(int)Metric.Acc] = (tp + tn) / n;
        values[(int)Metric.F1] = f1;
        values[(int)Metric.MacroF1] = (f1 + f1Negative) / 2;
        values[(int)Metric.WeightedF1] = ((f1 * (tp + fn)) + (f1Negative * (tn + fp))) / n;
        values[(int)Metric.F1Calm] = ((f1 * (tp + fp)) + (f1Negative * (tn + fn))) / n;
        values[(int)Metric.Mcc] = Ratio((tp * tn) - (fp * fn), Math.Sqrt(tp + fp) * Math.Sqrt(tp + fn) * Math.Sqrt(tn + fp) * Math.Sqrt(tn + fn));
    }

    private void Generations(ReadOnlySpan<int> counts, Span<double> values)
    {
        long missed = 0, right = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            missed += rows.Generations[i] == Predictions.Generated.Miss ? counts[i] : 0;
            right += rows.Generations[i] == Predictions.Generated.Right ? counts[i] : 0;
        }

        values[(int)Metric.Miss] = missed / (double)(_positives + _negatives);
        values[(int)Metric.AccGenerated] = right / (double)(_positives + _negatives);
    }

    private static double Ratio(double numerator, double denominator) => denominator == 0 ? 0 : numerator / denominator;
}
