using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>One transformer layer: its norms and seven projections. LoRA replaces projections in place.</summary>
public sealed class DecoderLayer
{
    /// <summary>[d]</summary>
    public required Tensor InputNorm { get; init; }

    /// <summary>[d]</summary>
    public required Tensor PostAttentionNorm { get; init; }

    /// <summary>[heads · D, d]</summary>
    public required Linear Q { get; set; }

    /// <summary>[kvHeads · D, d]</summary>
    public required Linear K { get; set; }

    /// <summary>[kvHeads · D, d]</summary>
    public required Linear V { get; set; }

    /// <summary>[d, heads · D]</summary>
    public required Linear O { get; set; }

    /// <summary>[ff, d]</summary>
    public required Linear Gate { get; set; }

    /// <summary>[ff, d]</summary>
    public required Linear Up { get; set; }

    /// <summary>[d, ff]</summary>
    public required Linear Down { get; set; }

    /// <summary>In canonical order: q, k, v, o, gate, up, down.</summary>
    public IReadOnlyList<Linear> Projections => [Q, K, V, O, Gate, Up, Down];

    internal void Replace(Func<Linear, Linear> replacement)
    {
        Q = replacement(Q);
        K = replacement(K);
        V = replacement(V);
        O = replacement(O);
        Gate = replacement(Gate);
        Up = replacement(Up);
        Down = replacement(Down);
    }
}
