using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// The kernels for float32 on the CPU, one pass over memory each where tensor operations need several. Single-threaded: one worker a core.
/// </summary>
internal sealed class FusedKernels : IKernels
{
    // 256 bits: wider vectors are ten times slower where the processor has none, and hardly faster where it has.
    private const int Lanes = 8;

    public (Tensor Normed, Tensor Scale) Normalise(Tensor x, double eps)
    {
        var normed = empty_like(x);
        var scale = empty([x.shape[0], 1], dtype: ScalarType.Float32);
        var width = (int)x.shape[1];
        var source = x.Elements<float>();
        var target = normed.Elements<float>();
        var scales = scale.Elements<float>();
        for (var i = 0; i < scales.Length; i++)
        {
            var row = source.Slice(i * width, width);
            scales[i] = (float)(1 / Math.Sqrt((TensorPrimitives.SumOfSquares<float>(row) / width) + eps));
            TensorPrimitives.Multiply(row, scales[i], target.Slice(i * width, width));
        }

        return (normed, scale);
    }

    public void AddNormaliseGradient(Tensor dx, Tensor dh, Tensor normed, Tensor scale)
    {
        var width = (int)dx.shape[1];
        var target = dx.Elements<float>();
        var gradient = dh.Elements<float>();
        var direction = normed.Elements<float>();
        var scales = scale.Elements<float>();
        for (var i = 0; i < scales.Length; i++)
        {
            var g = gradient.Slice(i * width, width);
            var h = direction.Slice(i * width, width);
            var mean = TensorPrimitives.Dot<float>(g, h) / width;
            AddAcross(target.Slice(i * width, width), g, h, scales[i], mean);
        }
    }

    public Tensor ToHeads(Tensor rows, HeadColumns columns, Rotation? rotation)
    {
        var heads = empty(
            [columns.Samples * columns.KvHeads, columns.QueriesPerKv * columns.RowsPerSample, columns.Width], dtype: ScalarType.Float32);
        Move(rows, heads, columns, rotation, toHeads: true);
        return heads;
    }

    public void FromHeads(Tensor heads, Tensor rows, HeadColumns columns, Rotation? rotation) => Move(rows, heads, columns, rotation, toHeads: false);

    public Tensor Softmax(Tensor scores, KeyRanges visible)
    {
        var all = scores.Elements<float>();
        for (var i = 0; i * visible.Keys < all.Length; i++)
        {
            var row = all.Slice(i * visible.Keys, visible.Keys);
            var (first, end) = Range(visible, i);
            row[..first].Clear();
            SoftmaxRow(row[first..end]);
            row[end..].Clear();
        }

        return scores;
    }

    public Tensor SoftmaxGradient(Tensor gradient, Tensor probabilities, KeyRanges visible)
    {
        var all = gradient.Elements<float>();
        var weights = probabilities.Elements<float>();
        for (var i = 0; i * visible.Keys < all.Length; i++)
        {
            var row = all.Slice(i * visible.Keys, visible.Keys);
            var (first, end) = Range(visible, i);
            var p = weights.Slice((i * visible.Keys) + first, end - first);
            row[..first].Clear();
            SubtractMultiply(row[first..end], TensorPrimitives.Dot<float>(row[first..end], p), p);
            row[end..].Clear();
        }

        return gradient;
    }

    public Tensor SwiGlu(Tensor gateUp)
    {
        var width = (int)gateUp.shape[1] / 2;
        var result = empty([gateUp.shape[0], width], dtype: ScalarType.Float32);
        var source = gateUp.Elements<float>();
        var target = result.Elements<float>();
        for (var i = 0; i * width < target.Length; i++)
        {
            var row = source.Slice(i * 2 * width, 2 * width);
            SwiGluRow(row[..width], row[width..], target.Slice(i * width, width));
        }

        return result;
    }

    public Tensor SwiGluGradient(Tensor gateUp, Tensor gradient)
    {
        var width = (int)gateUp.shape[1] / 2;
        var source = gateUp.Elements<float>();
        var upstream = gradient.Elements<float>();
        for (var i = 0; i * width < upstream.Length; i++)
        {
            var row = source.Slice(i * 2 * width, 2 * width);
            SwiGluGradientRow(row[..width], row[width..], upstream.Slice(i * width, width));
        }

        return gateUp;
    }

    private static (int First, int End) Range(KeyRanges visible, int row)
    {
        var queries = visible.QueriesPerKv * visible.RowsPerSample;
        var sample = row / queries / visible.KvHeads;
        var position = visible.Positions[(sample * visible.RowsPerSample) + (row % queries % visible.RowsPerSample)];
        return (visible.First(position), position + 1);
    }

    private static void Move(Tensor rows, Tensor heads, HeadColumns columns, Rotation? rotation, bool toHeads)
    {
        var stride = (int)rows.shape[1];
        var flat = rows.Elements<float>();
        var grouped = heads.Elements<float>();
        var half = columns.Width / 2;
        var cos = rotation is null ? default : rotation.Cos.Elements<float>();
        var sin = rotation is null ? default : rotation.Sin.Elements<float>();
        for (var row = 0; row < columns.Samples * columns.RowsPerSample; row++)
        {
            var (sample, r) = Math.DivRem(row, columns.RowsPerSample);
            for (var head = 0; head < columns.KvHeads * columns.QueriesPerKv; head++)
            {
                var (kv, q) = Math.DivRem(head, columns.QueriesPerKv);
                var matrix = (sample * columns.KvHeads) + kv;
                var inHeads = grouped.Slice(
                    ((((matrix * columns.QueriesPerKv) + q) * columns.RowsPerSample) + r) * columns.Width, columns.Width);
                var inRows = flat.Slice((row * stride) + columns.Offset + (head * columns.Width), columns.Width);
                var source = toHeads ? inRows : inHeads;
                var target = toHeads ? inHeads : inRows;
                if (rotation is null)
                {
                    source.CopyTo(target);
                    continue;
                }

                var table = rotation.Positions[row] * half;
                Turn(source, target, cos.Slice(table, half), sin.Slice(table, half), toHeads ? 1 : -1);
            }
        }
    }

    /// <summary>Turns components i and i + w/2 by the angle of cos and sin times <paramref name="direction"/>.</summary>
    private static void Turn(ReadOnlySpan<float> source, Span<float> target, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, float direction)
    {
        var half = cos.Length;
        var i = 0;
        for (; i <= half - Lanes; i += Lanes)
        {
            var c = Load(cos, i);
            var s = Load(sin, i) * direction;
            var first = Load(source, i);
            var second = Load(source, half + i);
            Store((first * c) - (second * s), target, i);
            Store((second * c) + (first * s), target, half + i);
        }

        for (; i < half; i++)
        {
            var s = sin[i] * direction;
            target[i] = (source[i] * cos[i]) - (source[half + i] * s);
            target[half + i] = (source[half + i] * cos[i]) + (source[i] * s);
        }
    }

    private static void AddAcross(Span<float> target, ReadOnlySpan<float> g, ReadOnlySpan<float> h, float scale, float mean)
    {
        var i = 0;
        for (; i <= target.Length - Lanes; i += Lanes)
        {
            Store(Load(target, i) + ((Load(g, i) - (Load(h, i) * mean)) * scale), target, i);
        }

        for (; i < target.Length; i++)
        {
            target[i] += (g[i] - (h[i] * mean)) * scale;
        }
    }

    private static void SubtractMultiply(Span<float> row, float subtract, ReadOnlySpan<float> factor)
    {
        var i = 0;
        for (; i <= row.Length - Lanes; i += Lanes)
        {
            Store((Load(row, i) - Vector256.Create(subtract)) * Load(factor, i), row, i);
        }

        for (; i < row.Length; i++)
        {
            row[i] = (row[i] - subtract) * factor[i];
        }
    }

    private static void SoftmaxRow(Span<float> row)
    {
        var largest = TensorPrimitives.Max<float>(row); // NaN if any is
        var total = Vector256<float>.Zero;
        var rest = 0f;
        var i = 0;
        for (; i <= row.Length - Lanes; i += Lanes)
        {
            var e = Exp(Load(row, i) - Vector256.Create(largest));
            total += e;
            Store(e, row, i);
        }

        for (; i < row.Length; i++)
        {
            row[i] = MathF.Exp(row[i] - largest);
            rest += row[i];
        }

        TensorPrimitives.Multiply(row, 1 / (Vector256.Sum(total) + rest), row);
    }

    private static void SwiGluRow(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> result)
    {
        var i = 0;
        for (; i <= result.Length - Lanes; i += Lanes)
        {
            var x = Load(gate, i);
            Store(x * Load(up, i) / (Vector256<float>.One + Exp(-x)), result, i);
        }

        for (; i < result.Length; i++)
        {
            result[i] = gate[i] * up[i] / (1 + MathF.Exp(-gate[i]));
        }
    }

    private static void SwiGluGradientRow(Span<float> gate, Span<float> up, ReadOnlySpan<float> gradient)
    {
        var i = 0;
        for (; i <= gradient.Length - Lanes; i += Lanes)
        {
            var x = Load(gate, i);
            var dy = Load(gradient, i);
            var sigmoid = Vector256<float>.One / (Vector256<float>.One + Exp(-x));
            var silu = x * sigmoid;
            Store(dy * Load(up, i) * (sigmoid + (silu * (Vector256<float>.One - sigmoid))), gate, i);
            Store(dy * silu, up, i);
        }

        for (; i < gradient.Length; i++)
        {
            var sigmoid = 1 / (1 + MathF.Exp(-gate[i]));
            var silu = gate[i] * sigmoid;
            gate[i] = gradient[i] * up[i] * (sigmoid + (silu * (1 - sigmoid)));
            up[i] = gradient[i] * silu;
        }
    }

    /// <summary>
    /// eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and the degree-6 polynomial of Cephes' expf for eʳ: within 2 units in the last place for x in
    /// [−87, 88], held at the ends beyond; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-87f)), Vector256.Create(88f));
        var n = Vector256.Round(x * 1.44269504f);
        var r = x - (n * 0.693359375f) + (n * 2.12194440e-4f); // ln 2 in two parts
        var p = Vector256.FusedMultiplyAdd(Vector256.Create(1.9875691500e-4f), r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r + Vector256<float>.One);
        var power = Vector256.ShiftLeft(Vector256.ConvertToInt32(n) + Vector256.Create(127), 23).AsSingle();
        return p * power;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ReadOnlySpan<float> values, int index) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> vector, Span<float> values, int index) =>
        vector.StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)index);
}
