using System.Numerics.Tensors;
using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.Influence;

/// <summary>
/// The damped empirical Fisher of one checkpoint, F = 1/m Σ g gᵀ over training gradients, and its inverse applied to vectors: (F + λI)⁻¹ v with
/// λ = damping · trace(F) / k. By Woodbury's identity only an m × m system is solved, whatever k is:
/// <c>(F + λI)⁻¹ v = (v − Gᵀ (mλI + GGᵀ)⁻¹ G v) / λ</c>. Of more than <see cref="MaximumSamples"/> gradients a seeded subsample counts: the time grows
/// with the square of their number. Sums are in double and in the order of the rows.
/// Source: Koh and Liang (2017), section 2, with the Fisher for the Hessian (Martens, 2020, section 5).
/// </summary>
public sealed class EmpiricalFisher
{
    /// <summary>Gradients at most: some 15 seconds and 130 MB at k = 4096.</summary>
    public const int MaximumSamples = 4096;

    private const int Tile = 16;
    private readonly IReadOnlyList<float[]> _rows; // [m][k]
    private readonly double[][] _factor; // lower triangle of the Cholesky factor of mλI + GGᵀ

    /// <param name="rows">Training gradients, exact or sketched; in a fixed order for identical bytes.</param>
    /// <param name="damping">λ as a multiple of the mean eigenvalue trace(F) / k.</param>
    /// <exception cref="ArithmeticException">The gradients are all zero, or one is not finite.</exception>
    /// <exception cref="ArgumentException">No gradients, or of different sizes.</exception>
    public EmpiricalFisher(IReadOnlyList<float[]> rows, double damping)
    {
        if (rows.Count == 0 || rows.Any(r => r.Length != rows[0].Length))
        {
            throw new ArgumentException(
                $"{rows.Count} training gradients of {rows.Select(r => r.Length).Distinct().Count()} different sizes have no second moment");
        }

        _rows = rows;
        _factor = Gram(rows);
        var trace = rows.Select((_, i) => _factor[i][i]).Sum() / rows.Count;
        Lambda = damping * trace / rows[0].Length;
        if (!(Lambda > 0) || !double.IsFinite(Lambda))
        {
            throw new ArithmeticException($"the second moment of {rows.Count} training gradients has the trace {trace}: it cannot be inverted");
        }

        for (var i = 0; i < rows.Count; i++)
        {
            _factor[i][i] += rows.Count * Lambda;
        }

        Factorise(_factor);
    }

    /// <summary>λ, what is added to every eigenvalue.</summary>
    public double Lambda { get; }

    /// <summary>The samples whose gradients count, by rising id: all, or those of the lowest seeded hashes, whatever the order given.</summary>
    public static IReadOnlyList<string> Choose(IEnumerable<string> sampleIds, ulong seed, int most = MaximumSamples) =>
        [.. sampleIds.OrderBy(id => SeededRandom.Derive(seed, "fisher", id)).ThenBy(id => id, StringComparer.Ordinal).Take(most).Order(StringComparer.Ordinal)];

    /// <summary>(F + λI)⁻¹ v.</summary>
    public float[] Solve(ReadOnlySpan<float> vector)
    {
        var inner = new double[_rows.Count];
        for (var i = 0; i < inner.Length; i++)
        {
            inner[i] = GradientRows.Dot(_rows[i], vector);
        }

        SolveFactored(inner);
        var correction = new double[vector.Length];
        for (var i = 0; i < inner.Length; i++)
        {
            GradientRows.AddScaled(_rows[i], inner[i], correction);
        }

        var result = new float[vector.Length];
        for (var d = 0; d < result.Length; d++)
        {
            result[d] = (float)((vector[d] - correction[d]) / Lambda);
        }

        return result;
    }

    private static double[][] Gram(IReadOnlyList<float[]> rows)
    {
        double[][] gram = [.. rows.Select((_, i) => new double[i + 1])];
        for (var first = 0; first < rows.Count; first += Tile)
        {
            // A tile of rows stays in the cache while all others pass by.
            for (var i = first; i < rows.Count; i++)
            {
                for (var j = first; j < Math.Min(first + Tile, i + 1); j++)
                {
                    gram[i][j] = GradientRows.Dot(rows[i], rows[j]);
                }
            }
        }

        return gram;
    }

    /// <summary>Cholesky, row by row, in place.</summary>
    private static void Factorise(double[][] lower)
    {
        for (var i = 0; i < lower.Length; i++)
        {
            var row = lower[i];
            for (var j = 0; j < i; j++)
            {
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row.AsSpan(0, j), lower[j].AsSpan(0, j))) / lower[j][j];
            }

            var rest = row[i] - TensorPrimitives.SumOfSquares<double>(row.AsSpan(0, i));
            row[i] = rest > 0
                ? Math.Sqrt(rest)
                : throw new ArithmeticException($"the damped second moment is not positive definite at row {i} ({rest}): raise TracSeq:Damping");
        }
    }

    private void SolveFactored(double[] right)
    {
        for (var i = 0; i < right.Length; i++)
        {
            right[i] = (right[i] - TensorPrimitives.Dot<double>(_factor[i].AsSpan(0, i), right.AsSpan(0, i))) / _factor[i][i];
        }

        for (var i = right.Length - 1; i >= 0; i--)
        {
            right[i] /= _factor[i][i];
            for (var j = 0; j < i; j++)
            {
                right[j] -= _factor[i][j] * right[i];
            }
        }
    }
}
