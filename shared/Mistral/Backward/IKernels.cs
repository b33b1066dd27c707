using System.Runtime.InteropServices;
using TorchSharp;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// Everything of the forward and backward pass that is not a matrix product. Rows are tokens of all samples one after another; "heads" tensors are
/// [B·kv, q·R, w]: one matrix per sample and key/value head, in which the R rows of the q query heads that share it lie one after another.
/// </summary>
internal interface IKernels
{
    /// <summary>RMSNorm without its weight (that is folded into the next projection).</summary>
    /// <returns>x · s [N, d] and s = 1/√(mean x² + eps) [N, 1].</returns>
    (torch.Tensor Normed, torch.Tensor Scale) Normalise(torch.Tensor x, double eps);

    /// <summary>Adds to dx the gradient of x ↦ x · s: s · (dh − h · mean(dh · h)).</summary>
    void AddNormaliseGradient(torch.Tensor dx, torch.Tensor dh, torch.Tensor normed, torch.Tensor scale);

    /// <summary>Columns of rows [B·R, …] as heads, turned by RoPE where a rotation is given.</summary>
    torch.Tensor ToHeads(torch.Tensor rows, HeadColumns columns, Rotation? rotation);

    /// <summary>The reverse: heads into columns of rows, turned back by RoPE where a rotation is given.</summary>
    void FromHeads(torch.Tensor heads, torch.Tensor rows, HeadColumns columns, Rotation? rotation);

    /// <summary>Softmax over the keys that each query may see, in place; the others become 0.</summary>
    torch.Tensor Softmax(torch.Tensor scores, KeyRanges visible);

    /// <summary>dS = P · (dP − Σ dP · P), in place of dP.</summary>
    torch.Tensor SoftmaxGradient(torch.Tensor gradient, torch.Tensor probabilities, KeyRanges visible);

    /// <summary>silu(gate) · up of [N, 2f] = gate beside up.</summary>
    torch.Tensor SwiGlu(torch.Tensor gateUp);

    /// <summary>The gradients of gate and up, in place of gate and up.</summary>
    torch.Tensor SwiGluGradient(torch.Tensor gateUp, torch.Tensor gradient);
}

/// <summary>Which columns of a row hold the heads: kv · q heads of width w from Offset on, for R rows of each of B samples.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HeadColumns(int Samples, int RowsPerSample, int Offset, int KvHeads, int QueriesPerKv, int Width)
{
    public int Columns => KvHeads * QueriesPerKv * Width;
}

/// <summary>RoPE at given positions: cosine and sine tables [positions, w/2], and for each row of a batch its position.</summary>
internal sealed record Rotation(torch.Tensor Cos, torch.Tensor Sin, int[] Positions);

/// <summary>
/// Which keys each query row sees: its own position and, in a sliding window, the Window − 1 before it. Positions are those of the B·R query rows;
/// every sample has Keys keys. Padding lies to the right, so no real row ever sees it.
/// </summary>
internal sealed record KeyRanges(int[] Positions, int RowsPerSample, int KvHeads, int QueriesPerKv, int Keys, int? Window)
{
    public int First(int position) => Window is { } window ? Math.Max(0, position - window + 1) : 0;
}
