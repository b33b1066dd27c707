using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>A projection without bias: <c>y = x Wᵀ</c>.</summary>
public class Linear
{
    /// <param name="name">The module's name in the Hugging Face layout, e.g. <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <param name="weight">[out, in]</param>
    public Linear(string name, Tensor weight)
    {
        Name = name;
        Weight = weight;
    }

    public string Name { get; }

    /// <summary>The last part of the name, by which LoRA targets are given: <c>q_proj</c> …</summary>
    public string Target => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>[out, in]; frozen while an adapter is trained.</summary>
    public Tensor Weight { get; }

    public long In => Weight.shape[1];

    public long Out => Weight.shape[0];

    /// <param name="x">[…, in]</param>
    /// <returns>[…, out]</returns>
    public virtual Tensor Forward(Tensor x) => nn.functional.linear(x, Weight);
}

/// <summary>
/// A low-rank update in the place of a <see cref="Linear"/>: <c>y = x Wᵀ + s · (x Aᵀ) Bᵀ</c>, s = α / r.
/// Source: Hu et al. (2021), section 4.1. A starts uniform and B at zero, as in PEFT, so that a fresh adapter changes nothing.
/// </summary>
public sealed class LoraLinear : Linear
{
    public LoraLinear(Linear replaced, Tensor a, Tensor b, double scale)
        : base(replaced.Name, replaced.Weight)
    {
        if (a.shape[1] != In || b.shape[0] != Out || a.shape[0] != b.shape[1])
        {
            throw new ArgumentException(
                $"{Name} is [{Out}, {In}]; LoRA A [{string.Join(", ", a.shape)}] and B [{string.Join(", ", b.shape)}] do not fit it.", nameof(a));
        }

        A = a;
        B = b;
        Scale = scale;
    }

    /// <summary>[r, in]</summary>
    public Tensor A { get; }

    /// <summary>[out, r]</summary>
    public Tensor B { get; }

    /// <summary>s = α / r</summary>
    public double Scale { get; }

    public override Tensor Forward(Tensor x)
    {
        var low = nn.functional.linear(x.to(A.dtype), A) * Scale;         // […, r]; A and B stay float32 over half weights
        return base.Forward(x) + nn.functional.linear(low, B).to(x.dtype); // […, out]
    }
}
