using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ZiGong.Mistral.Gradients;

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
        var low = Vector512<double>.Zero;
        var high = Vector512<double>.Zero;
        var whole = row.Length - (row.Length % Lanes);
        var left = MemoryMarshal.Cast<float, Vector512<float>>(row[..whole]);
        var right = MemoryMarshal.Cast<float, Vector512<float>>(vector[..whole]);
        for (var i = 0; i < left.Length; i++)
        {
            // The product of two floats is exact in double, so fused and unfused hardware agree.
            var (leftLow, leftHigh) = Vector512.Widen(left[i]);
            var (rightLow, rightHigh) = Vector512.Widen(right[i]);
            low += leftLow * rightLow;
            high += leftHigh * rightHigh;
        }

        var sum = FoldPairwise(low + high);
        for (var i = whole; i < row.Length; i++)
        {
            sum += (double)row[i] * vector[i];
        }

        return sum;
    }

    /// <summary>⟨row, vector⟩ of every row of a file, in file order: the partial scores of a shard before the step rate.</summary>
    /// <exception cref="InvalidDataException">A row of the file is damaged.</exception>
    public static double[] Dot(GradientFile file, ReadOnlySpan<float> vector)
    {
        RequireSameLength(file.Dimension, vector.Length);
        var row = new float[file.Dimension];
        var products = new double[file.Count];
        for (var i = 0; i < products.Length; i++)
        {
            file.Read(i, row);
            products[i] = Dot(row, vector);
        }

        return products;
    }

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

    private static double FoldPairwise(Vector512<double> sums)
    {
        var four = sums.GetLower() + sums.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    private static void RequireSameLength(int row, int vector)
    {
        if (row != vector)
        {
            throw new ArgumentException($"a gradient row has {row} numbers, the vector {vector}: they come from different sketches or models");
        }
    }
}
