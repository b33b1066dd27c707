using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ZiGong.Influence.Gradients;

/// <summary>
/// The two things scoring does with stored gradient rows: inner products with a reference vector, and the normalised mean that such a vector
/// is made of. Products and sums are in double precision and in a fixed order that does not depend on the vector width of the CPU.
/// </summary>
public static class GradientRows
{
    private const int Lanes = 16;

    /// <summary>⟨row, vector⟩: 16 interleaved partial sums, folded pairwise, then the remainder.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> vector)
    {
        RequireSameLength(row.Length, vector.Length);
        var whole = row.Length - (row.Length % Lanes);
        var left = MemoryMarshal.Cast<float, Vector256<float>>(row[..whole]);
        var right = MemoryMarshal.Cast<float, Vector256<float>>(vector[..whole]);
        var (first, second, third, fourth) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        for (var i = 0; i + 1 < left.Length; i += 2)
        {
            // The product of two floats is exact in double, so fused and unfused hardware agree.
            first += Vector256.WidenLower(left[i]) * Vector256.WidenLower(right[i]);
            second += Vector256.WidenUpper(left[i]) * Vector256.WidenUpper(right[i]);
            third += Vector256.WidenLower(left[i + 1]) * Vector256.WidenLower(right[i + 1]);
            fourth += Vector256.WidenUpper(left[i + 1]) * Vector256.WidenUpper(right[i + 1]);
        }

        var four = (first + third) + (second + fourth);
        var two = four.GetLower() + four.GetUpper();
        var sum = two[0] + two[1];
        for (var i = whole; i < row.Length; i++)
        {
            sum += (double)row[i] * vector[i];
        }

        return sum;
    }

    /// <summary>‖row‖.</summary>
    public static double Norm(ReadOnlySpan<float> row) => Math.Sqrt(Dot(row, row));

    /// <summary>Adds row / norm to <paramref name="sum"/>. A row of norm zero has no direction and adds nothing.</summary>
    public static void AddNormalised(ReadOnlySpan<float> row, double norm, Span<double> sum) => AddScaled(row, norm > 0 ? 1 / norm : 0, sum);

    /// <summary>Adds scale · row to <paramref name="sum"/>, e.g. for the plain mean of TracInCP.</summary>
    public static void AddScaled(ReadOnlySpan<float> row, double scale, Span<double> sum)
    {
        RequireSameLength(row.Length, sum.Length);
        for (var i = 0; i < row.Length; i++)
        {
            sum[i] += scale * row[i];
        }
    }

    private static void RequireSameLength(int row, int vector)
    {
        if (row != vector)
        {
            throw new ArgumentException($"a gradient row has {row} numbers, the vector {vector}: they come from different sketches or models");
        }
    }
}
