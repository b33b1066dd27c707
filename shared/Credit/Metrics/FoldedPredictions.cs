namespace ZiGong.Credit.Metrics;

/// <summary>
/// Predictions of one model, or of one model for each fold, on the rows it has not seen. Figures of decisions (accuracy, F1, Brier, …) are those of all
/// rows together. KS and AUC rank, and the models of two folds are not calibrated alike, so these are measured in each fold and averaged: KS by
/// rows, AUC by pairs of a positive and a negative row.
/// </summary>
public sealed class FoldedPredictions
{
    private readonly Predictions _pool;
    private readonly IReadOnlyList<Predictions> _folds;

    /// <param name="pool">All rows, in the caller's order: those of the first fold, then those of the second, and so on.</param>
    /// <param name="folds">The same rows fold by fold.</param>
    public FoldedPredictions(Predictions pool, params IReadOnlyList<Predictions> folds)
    {
        (_pool, _folds) = (pool, folds);
        if (folds.Sum(f => f.Count) != pool.Count)
        {
            throw new ArgumentException($"the folds have {folds.Sum(f => f.Count)} rows together, the pool has {pool.Count}");
        }
    }

    /// <summary>One model.</summary>
    public FoldedPredictions(Predictions rows)
        : this(rows, [rows])
    {
    }

    public int Count => _pool.Count;

    /// <summary>A measure with buffers of its own.</summary>
    public CountedMeasure Measure()
    {
        var pooled = MeasureOf(_pool);
        if (_folds.Count == 1)
        {
            return pooled;
        }

        var parts = _folds.Select(f => (Rows: f, Measure: MeasureOf(f), Positive: InCallersOrder(f))).ToArray();
        var here = new double[MetricPass.Size];
        return (counts, values) =>
        {
            pooled(counts, values);
            double ks = 0, area = 0;
            long rows = 0, pairs = 0;
            var from = 0;
            foreach (var part in parts)
            {
                var mine = counts.Slice(from, part.Rows.Count);
                from += part.Rows.Count;
                long positive = 0, all = 0;
                for (var i = 0; i < mine.Length; i++)
                {
                    all += mine[i];
                    positive += part.Positive[i] ? mine[i] : 0;
                }

                // A resample of a fold that lacks a class ranks nothing.
                if (positive == 0 || positive == all)
                {
                    continue;
                }

                part.Measure(mine, here);
                ks += all * here[(int)Metric.Ks];
                rows += all;
                area += positive * (all - positive) * here[(int)Metric.Auc];
                pairs += positive * (all - positive);
            }

            values[(int)Metric.Ks] = rows == 0 ? double.NaN : ks / rows;
            values[(int)Metric.Auc] = pairs == 0 ? double.NaN : area / pairs;
        };
    }

    /// <exception cref="ArgumentException">The other has other rows.</exception>
    internal void RequireSameRows(FoldedPredictions other)
    {
        if (other.Count != Count
            || !other._folds.Select(f => f.Count).SequenceEqual(_folds.Select(f => f.Count))
            || !InCallersOrder(_pool).SequenceEqual(InCallersOrder(other._pool)))
        {
            throw new ArgumentException($"arms are compared on the same rows: {Count} and {other.Count} rows, or their labels or folds differ");
        }
    }

    private static bool[] InCallersOrder(Predictions rows)
    {
        var labels = new bool[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            labels[rows.Order[i]] = rows.Positive[i];
        }

        return labels;
    }

    private static CountedMeasure MeasureOf(Predictions rows)
    {
        var pass = new MetricPass(rows);
        var sorted = new int[rows.Count];
        var generated = rows.Generations.Length > 0;
        return (counts, values) =>
        {
            for (var i = 0; i < sorted.Length; i++)
            {
                sorted[i] = counts[rows.Order[i]];
            }

            pass.Run(sorted, values);
            if (!generated)
            {
                (values[(int)Metric.Miss], values[(int)Metric.AccGenerated]) = (double.NaN, double.NaN);
            }
        };
    }
}
