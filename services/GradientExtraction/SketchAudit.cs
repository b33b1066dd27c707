using ZiGong.Credit.Metrics;
using ZiGong.Influence.Gradients;

namespace ZiGong.GradientExtraction;

/// <summary>What sketching did to the inner products of real gradients.</summary>
/// <param name="Error">Mean of |⟨ĝ, r̂⟩ − ⟨g, r⟩| / (‖g‖‖r‖); about 1/√k.</param>
/// <param name="Spearman">Rank correlation of sketched and exact products.</param>
/// <param name="Overlap">Share of the exact top 30 % that is in the sketched top 30 %.</param>
public sealed record SketchError(double Error, double Spearman, double Overlap);

/// <summary>
/// Keeps the first exact gradients of a shard beside their sketches and compares both ways of scoring them, against the mean of
/// their own directions: every run reports the error on its own gradients, at the price of a few products.
/// </summary>
public sealed class SketchAudit
{
    /// <summary>Gradients kept at most: bounds the memory.</summary>
    public const int MaximumRows = 128;

    private const double TopShare = 0.3;
    private readonly List<(float[] Exact, float[] Sketch, double Norm)> _rows = [];

    public bool IsFull => _rows.Count == MaximumRows;

    public void Add(ReadOnlySpan<float> exact, ReadOnlySpan<float> sketch, double norm) => _rows.Add((exact.ToArray(), sketch.ToArray(), norm));

    /// <summary>Null with fewer than ten rows: ranks of so few say nothing.</summary>
    public SketchError? Report()
    {
        if (_rows.Count < 10)
        {
            return null;
        }

        var exact = Mean(_rows.Select(r => (r.Exact, r.Norm)));
        var sketch = Mean(_rows.Select(r => (r.Sketch, r.Norm)));
        var norm = GradientRows.Norm(exact);
        double[] products = [.. _rows.Select(r => GradientRows.Dot(r.Exact, exact))];
        double[] sketched = [.. _rows.Select(r => GradientRows.Dot(r.Sketch, sketch))];
        return new SketchError(
            _rows.Select((r, i) => CountSketch.RelativeError(products[i], sketched[i], r.Norm, norm)).Average(),
            Ranking.Spearman(products, sketched),
            Ranking.TopOverlap(products, sketched, TopShare));
    }

    private static float[] Mean(IEnumerable<(float[] Row, double Norm)> rows)
    {
        double[]? sum = null;
        var count = 0;
        foreach (var (row, norm) in rows)
        {
            sum ??= new double[row.Length];
            GradientRows.AddNormalised(row, norm, sum);
            count++;
        }

        return [.. sum!.Select(s => (float)(s / count))];
    }
}
