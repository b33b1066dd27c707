using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral.Backward;

/// <summary>The kernels as tensor operations: any floating type, any device.</summary>
internal sealed class AtenKernels : IKernels
{
    public (Tensor Normed, Tensor Scale) Normalise(Tensor x, double eps)
    {
        using var squares = x.mul(x);
        using var mean = squares.mean([-1L], keepdim: true);
        using var shifted = mean.add(eps);
        var scale = shifted.rsqrt(); // [N, 1]
        return (x.mul(scale), scale);
    }

    public void AddNormaliseGradient(Tensor dx, Tensor dh, Tensor normed, Tensor scale)
    {
        using var product = dh.mul(normed);
        using var mean = product.mean([-1L], keepdim: true);
        using var along = normed.mul(mean);
        using var across = dh.sub(along);
        dx.addcmul_(across, scale, 1).ReleaseUnless(dx);
    }

    public Tensor ToHeads(Tensor rows, HeadColumns columns, Rotation? rotation)
    {
        using var scope = NewDisposeScope();
        var heads = View(rows, columns).permute(0, 2, 3, 1, 4); // [B, kv, q, R, w]
        if (rotation is not null)
        {
            heads = Turn(heads, columns, rotation, direction: 1);
        }

        return Flat(heads.contiguous(), columns).MoveToOuterDisposeScope();
    }

    public void FromHeads(Tensor heads, Tensor rows, HeadColumns columns, Rotation? rotation)
    {
        using var scope = NewDisposeScope();
        var source = heads.view(columns.Samples, columns.KvHeads, columns.QueriesPerKv, columns.RowsPerSample, columns.Width);
        if (rotation is not null)
        {
            source = Turn(source, columns, rotation, direction: -1);
        }

        View(rows, columns).copy_(source.permute(0, 3, 1, 2, 4));
    }

    public Tensor Softmax(Tensor scores, KeyRanges visible)
    {
        using var scope = NewDisposeScope();
        var samples = visible.Positions.Length / visible.RowsPerSample;
        var split = scores.view(samples, visible.KvHeads * visible.QueriesPerKv, visible.RowsPerSample, visible.Keys);
        var masked = split.masked_fill(Hidden(visible, scores.device), double.NegativeInfinity);
        return masked.softmax(-1).view(scores.shape).MoveToOuterDisposeScope();
    }

    public Tensor SoftmaxGradient(Tensor gradient, Tensor probabilities, KeyRanges visible)
    {
        using var product = gradient.mul(probabilities);
        using var total = product.sum([-1L], keepdim: true);
        gradient.sub_(total).ReleaseUnless(gradient);
        gradient.mul_(probabilities).ReleaseUnless(gradient);
        return gradient;
    }

    public Tensor SwiGlu(Tensor gateUp)
    {
        using var scope = NewDisposeScope();
        var (gate, up) = Halves(gateUp);
        return nn.functional.silu(gate).mul_(up).MoveToOuterDisposeScope();
    }

    public Tensor SwiGluGradient(Tensor gateUp, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (gate, up) = Halves(gateUp);
        var sigmoid = gate.sigmoid();
        var silu = gate.mul(sigmoid);
        // silu' = σ + silu·(1 − σ)
        var slope = silu.sub(silu.mul(sigmoid)).add_(sigmoid);
        gate.copy_(slope.mul_(up).mul_(gradient));
        up.copy_(silu.mul_(gradient));
        return gateUp;
    }

    private static (Tensor Gate, Tensor Up) Halves(Tensor gateUp)
    {
        var width = gateUp.shape[1] / 2;
        return (gateUp.narrow(1, 0, width), gateUp.narrow(1, width, width));
    }

    private static Tensor View(Tensor rows, HeadColumns columns) => rows.narrow(1, columns.Offset, columns.Columns)
        .view(columns.Samples, columns.RowsPerSample, columns.KvHeads, columns.QueriesPerKv, columns.Width);

    private static Tensor Flat(Tensor heads, HeadColumns columns) =>
        heads.view(columns.Samples * columns.KvHeads, columns.QueriesPerKv * columns.RowsPerSample, columns.Width);

    /// <summary>RoPE of [B, kv, q, R, w] in Hugging Face's layout, where component i turns with component i + w/2.</summary>
    private static Tensor Turn(Tensor heads, HeadColumns columns, Rotation rotation, int direction)
    {
        var half = columns.Width / 2;
        var index = tensor(Array.ConvertAll(rotation.Positions, position => (long)position), device: heads.device);
        var cos = rotation.Cos.index_select(0, index).view(columns.Samples, 1, 1, columns.RowsPerSample, half);
        var sin = rotation.Sin.index_select(0, index).view(columns.Samples, 1, 1, columns.RowsPerSample, half).mul(direction);
        var first = heads.narrow(4, 0, half);
        var second = heads.narrow(4, half, half);
        return cat([first.mul(cos).sub_(second.mul(sin)), second.mul(cos).add_(first.mul(sin))], 4);
    }

    /// <summary>True where a query must not look: [B, 1, R, keys].</summary>
    private static Tensor Hidden(KeyRanges visible, Device device)
    {
        var positions = tensor(Array.ConvertAll(visible.Positions, position => (long)position), device: device).view(-1, 1, visible.RowsPerSample, 1);
        var keys = arange(visible.Keys, dtype: ScalarType.Int64, device: device);
        var hidden = keys.gt(positions);
        return visible.Window is { } window ? hidden.logical_or(keys.le(positions.sub(window))) : hidden;
    }
}
