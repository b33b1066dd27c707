using ZiGong.Contracts;

namespace ZiGong.Influence.Gradients;

/// <summary>A run of gradient coordinates that belong to one parameter, in the order of the gradient vector.</summary>
public sealed record ParameterBlock(string Name, int Length);

/// <summary>
/// Count sketch (Charikar, Chen and Farach-Colton, 2002; feature hashing): coordinate i is added with the sign s(i) to bucket h(i).
/// Linear, one pass over the gradient, and inner products are preserved in expectation: E⟨Sx, Sy⟩ = ⟨x, y⟩, with a standard deviation
/// of at most √(2/k)·‖x‖‖y‖.
/// Bucket and sign are a pure function of seed, parameter name and position, so the same parameter is hashed alike whatever stands before it.
/// </summary>
public sealed class CountSketch
{
    /// <summary>Seed of the hash functions of all runs, so that gradients of different nights can be compared.</summary>
    public const ulong SharedSeed = 0x5A69476F6E67;

    // Bucket in the low 31 bits; the top bit is the float's sign bit, so one XOR applies the sign.
    private readonly uint[] _table;

    /// <exception cref="ArgumentOutOfRangeException">Fewer than one bucket.</exception>
    public CountSketch(int buckets, ulong seed, IEnumerable<ParameterBlock> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(buckets);
        Buckets = buckets;
        _table = [.. blocks.SelectMany(block => HashBlock(block, buckets, seed))];
    }

    /// <summary>k, the length of a sketch.</summary>
    public int Buckets { get; }

    /// <summary>D, the length of a gradient.</summary>
    public int Dimension => _table.Length;

    /// <summary>Overwrites <paramref name="sketch"/> [k] with the sketch of <paramref name="gradient"/> [D].</summary>
    public void Apply(ReadOnlySpan<float> gradient, Span<float> sketch)
    {
        if (gradient.Length != Dimension || sketch.Length != Buckets)
        {
            throw new ArgumentException($"a sketch of {Dimension} coordinates to {Buckets} buckets was given {gradient.Length} and {sketch.Length}");
        }

        sketch.Clear();
        ReadOnlySpan<uint> table = _table;
        for (var i = 0; i < table.Length && i < gradient.Length; i++)
        {
            var entry = table[i];
            var signed = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(gradient[i]) ^ (entry & 0x8000_0000));
            sketch[(int)(entry & 0x7FFF_FFFF)] += signed;
        }
    }

    /// <summary>
    /// How far one sketched inner product is off, relative to the norms: |⟨ĝ, r̂⟩ − ⟨g, r⟩| / (‖g‖‖r‖), about 1/√k. Zero where a norm is zero.
    /// </summary>
    public static double RelativeError(double exact, double sketched, double gradientNorm, double referenceNorm) =>
        gradientNorm > 0 && referenceNorm > 0 ? Math.Abs(sketched - exact) / (gradientNorm * referenceNorm) : 0;

    private static IEnumerable<uint> HashBlock(ParameterBlock block, int buckets, ulong seed)
    {
        var random = SeededRandom.Stream(seed, "count-sketch", block.Name);
        for (var i = 0; i < block.Length; i++)
        {
            var bits = random.NextUInt64();
            // The high half picks the bucket by multiplication (bias below k/2³²), the lowest bit the sign.
            yield return (uint)(((bits >> 32) * (ulong)buckets) >> 32) | ((uint)bits << 31);
        }
    }
}
