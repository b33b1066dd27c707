using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral.Backward;

/// <summary>One linear map of a fused projection.</summary>
/// <param name="Linear">The map; its gradient is wanted if it is a <see cref="LoraLinear"/>.</param>
/// <param name="Offset">Where its A begins in the gradient vector; B follows.</param>
/// <param name="OutputScale">Factor folded into its output, e.g. 1/√w for queries.</param>
internal sealed record ProjectionPart(Linear Linear, int Offset, double OutputScale = 1);

/// <summary>
/// Linear maps with a common input, fused into one matrix with their LoRA updates merged in (W + s·B·A) and the input norm's weight folded in:
/// y = x·Wᵀ. The per-sample gradients come from x and dy alone: ∂B = s·dyᵀ(xAᵀ), ∂A = s·(dy·B)ᵀx.
/// </summary>
internal sealed class Projection : IDisposable
{
    private readonly IReadOnlyList<ProjectionPart> _parts;
    private readonly ScalarType _type;
    private readonly Adapter[] _adapters;
    private readonly Tensor? _inputNorm;
    private Tensor _transposed = null!;
    private Tensor? _downTransposed; // [in, Σr]: all Aᵀ beside each other, input norm folded in
    private Tensor? _up;             // [out, Σr]: block diagonal of s·B

    /// <param name="parts">The maps, in the order of the output columns.</param>
    /// <param name="inputNorm">[in], the weight of the RMSNorm before them; null without one.</param>
    /// <param name="type">What to compute in: that of the adapters, which a half-precision base does not share.</param>
    public Projection(IReadOnlyList<ProjectionPart> parts, Tensor? inputNorm, ScalarType type)
    {
        (_parts, _type, _adapters) = (parts, type, [.. Layout(parts)]);
        _inputNorm = inputNorm?.to(type).detach().DetachFromDisposeScope(); // an alias where the type is the same
        Fuse();
    }

    /// <summary>[out, in], merged.</summary>
    public Tensor Weight { get; private set; } = null!;

    /// <summary>Whether any part has an adapter, so a gradient.</summary>
    public bool Learns => _adapters.Length > 0;

    /// <summary>[N, in] → [N, out].</summary>
    public Tensor Forward(Tensor x) => x.mm(_transposed);

    /// <summary>residual + [N, in]·Wᵀ.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual) => residual.addmm(x, _transposed);

    /// <summary>dy [N, out] → dx [N, in].</summary>
    public Tensor Backward(Tensor dy) => dy.mm(Weight);

    /// <summary>
    /// Writes the gradients of A and B of every adapter into their columns of <paramref name="gradients"/>, for every sample or for their sum.
    /// </summary>
    /// <param name="x">Input rows [B·R, in], before the norm's weight.</param>
    /// <param name="dy">Gradients of the output rows [B·R, out]; zero beyond a sample's length.</param>
    /// <param name="gradients">[B, D]; or [1, D], for which the rows of all samples are those of one.</param>
    public void WriteGradients(Tensor x, Tensor dy, Tensor gradients)
    {
        if (_adapters.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var samples = gradients.shape[0];
        var input = x.view(samples, -1, x.shape[1]);                              // [B, R, in]
        var output = dy.view(samples, -1, dy.shape[1]);                           // [B, R, out]
        var inner = x.mm(_downTransposed!).view(samples, -1, _up!.shape[1]);      // [B, R, Σr]  x·Aᵀ
        var outer = dy.mm(_up).view(samples, -1, _up.shape[1]);                   // [B, R, Σr]  s·dy·B
        var down = outer.transpose(1, 2).bmm(input);                              // [B, Σr, in]
        if (_inputNorm is not null)
        {
            down.mul_(_inputNorm);
        }

        foreach (var adapter in _adapters)
        {
            var inputs = x.shape[1];
            gradients.narrow(1, adapter.Offset, adapter.Rank * inputs).view(samples, adapter.Rank, inputs)
                .copy_(down.narrow(1, adapter.Rank0, adapter.Rank));
            var up = output.narrow(2, adapter.Row, adapter.Outputs).transpose(1, 2).bmm(inner.narrow(2, adapter.Rank0, adapter.Rank));
            gradients.narrow(1, adapter.Offset + (adapter.Rank * inputs), adapter.Outputs * adapter.Rank).view(samples, adapter.Outputs, adapter.Rank)
                .copy_(up.mul_(adapter.Scale));
        }
    }

    /// <summary>Merges the adapters' present values.</summary>
    public void Refresh()
    {
        if (_adapters.Length > 0)
        {
            Free();
            Fuse();
        }
    }

    public void Dispose()
    {
        _inputNorm?.Dispose();
        Free();
    }

    private void Fuse()
    {
        using var scope = NewDisposeScope();
        // An untouched matrix is shared with the model, not copied.
        var merged = _parts.Select(part => Merge(part, _inputNorm, _type)).ToArray();
        Weight = (merged.Length == 1 ? merged[0].detach() : cat(merged, 0)).DetachFromDisposeScope();
        _transposed = Weight.t().DetachFromDisposeScope();
        if (_adapters.Length == 0)
        {
            return;
        }

        var down = cat([.. _adapters.Select(adapter => Fold(adapter.Lora.A, _inputNorm))], 0);
        _downTransposed = down.t().contiguous().DetachFromDisposeScope();
        _up = zeros([Weight.shape[0], down.shape[0]], dtype: Weight.dtype, device: Weight.device).DetachFromDisposeScope();
        foreach (var adapter in _adapters)
        {
            _up.narrow(0, adapter.Row, adapter.Outputs).narrow(1, adapter.Rank0, adapter.Rank).copy_(adapter.Lora.B.mul(adapter.Scale));
        }
    }

    private void Free()
    {
        _transposed.Dispose();
        Weight.Dispose();
        _downTransposed?.Dispose();
        _up?.Dispose();
    }

    private static Tensor Merge(ProjectionPart part, Tensor? inputNorm, ScalarType type)
    {
        var weight = part.Linear.Weight.to(type);
        if (part.Linear is LoraLinear lora)
        {
            weight = weight.add(lora.B.mm(lora.A), alpha: lora.Scale);
        }

        return Fold(part.OutputScale is 1 ? weight : weight.mul(part.OutputScale), inputNorm);
    }

    private static Tensor Fold(Tensor weight, Tensor? inputNorm) => inputNorm is null ? weight : weight.mul(inputNorm);

    private static IEnumerable<Adapter> Layout(IReadOnlyList<ProjectionPart> parts)
    {
        var row = 0;
        var rank = 0;
        foreach (var part in parts)
        {
            var outputs = (int)part.Linear.Weight.shape[0];
            if (part.Linear is LoraLinear lora)
            {
                var r = (int)lora.A.shape[0];
                yield return new Adapter(lora, part.Offset, row, outputs, rank, r, lora.Scale * part.OutputScale);
                rank += r;
            }

            row += outputs;
        }
    }

    private sealed record Adapter(LoraLinear Lora, int Offset, int Row, int Outputs, int Rank0, int Rank, double Scale);
}
