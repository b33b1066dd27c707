using System.Numerics;
using System.Runtime.InteropServices;

namespace ZiGong.Influence;

/// <summary>Sums over single-precision gradients carried in double precision, always in the same order on one CPU type.</summary>
internal static class Wide
{
    /// <summary>Σ a·b.</summary>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"gradients of {a.Length} and {b.Length} entries do not match");
        }

        var left = MemoryMarshal.Cast<float, Vector<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector<float>>(b);
        var low = Vector<double>.Zero;
        var high = Vector<double>.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            Vector.Widen(left[i], out var aLow, out var aHigh);
            Vector.Widen(right[i], out var bLow, out var bHigh);
            low += aLow * bLow;
            high += aHigh * bHigh;
        }

        var sum = Vector.Sum(low + high);
        for (var i = left.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    public static double Norm(ReadOnlySpan<float> a) => Math.Sqrt(Dot(a, a));
}
