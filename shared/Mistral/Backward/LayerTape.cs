using TorchSharp;

namespace ZiGong.Mistral.Backward;

/// <summary>What the backward pass of one layer needs from its forward pass, which sets all of it (<see cref="QueryNormed"/> in the last layer only).</summary>
internal sealed class LayerTape : IDisposable
{
    /// <summary>Input over its root mean square, [B·T, d].</summary>
    public torch.Tensor Normed { get; set; } = null!;

    /// <summary>[B·T, 1].</summary>
    public torch.Tensor Scale { get; set; } = null!;

    /// <summary>The last layer's normed input at answer rows, [B·R, d].</summary>
    public torch.Tensor QueryNormed { get; set; } = null!;

    /// <summary>[B·kv, q·R, w], turned and divided by √w.</summary>
    public torch.Tensor Queries { get; set; } = null!;

    /// <summary>[B·kv, T, w], turned.</summary>
    public torch.Tensor Keys { get; set; } = null!;

    /// <summary>[B·kv, T, w].</summary>
    public torch.Tensor Values { get; set; } = null!;

    /// <summary>[B·kv, q·R, T].</summary>
    public torch.Tensor Probabilities { get; set; } = null!;

    /// <summary>Attention's result before the output projection, [B·R, H·w].</summary>
    public torch.Tensor Context { get; set; } = null!;

    /// <summary>[B·R, d].</summary>
    public torch.Tensor MlpNormed { get; set; } = null!;

    /// <summary>[B·R, 1].</summary>
    public torch.Tensor MlpScale { get; set; } = null!;

    /// <summary>[B·R, 2f]; the backward pass turns it into its gradient.</summary>
    public torch.Tensor GateUp { get; set; } = null!;

    /// <summary>silu(gate) · up, [B·R, f].</summary>
    public torch.Tensor Gated { get; set; } = null!;

    public void Dispose()
    {
        torch.Tensor?[] kept =
            [Normed, Scale, QueryNormed, Queries, Keys, Values, Probabilities, Context, MlpNormed, MlpScale, GateUp, Gated];
        foreach (var tensor in kept)
        {
            tensor?.Dispose();
        }
    }
}
