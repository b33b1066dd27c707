using ZiGong.Contracts;

namespace ZiGong.Influence.Fidelity;

/// <summary>In which form gradients meet.</summary>
public enum SpaceKind
{
    /// <summary>As computed.</summary>
    Exact,

    /// <summary>CountSketches of both sides, as runs store them.</summary>
    Sketch,

    /// <summary>Exact; the training side divided by the root of the checkpoint's second moments.</summary>
    Adam,

    /// <summary>Sketches, with the inverse of the training side's damped second moment between them.</summary>
    Fisher,

    /// <summary>Exact; on both sides the gradient of every LoRA matrix divided by its own norm.</summary>
    Layers,
}

/// <summary>A form of gradients.</summary>
/// <param name="Kind">The form.</param>
/// <param name="Width">Buckets of the sketch; 0 without one.</param>
public sealed record GradientSpace(SpaceKind Kind, int Width = 0)
{
    public string Name => Width > 0 ? $"{Kind}-{Width}" : $"{Kind}";
}

/// <summary>All inner products ⟨g(z), g(z')⟩ of training samples z with reference samples z' at one checkpoint, in one space.</summary>
/// <param name="Values">[n · m], training sample by training sample.</param>
/// <param name="TrainingNorms">[n] what Cosine divides by: of the exact gradient, or of the preconditioned one.</param>
/// <param name="ReferenceNorms">[m] of the exact gradients.</param>
public sealed record SpaceProducts(float[] Values, double[] TrainingNorms, double[] ReferenceNorms)
{
    public int Samples => TrainingNorms.Length;

    public int References => ReferenceNorms.Length;

    public double At(int sample, int reference) => Values[(sample * References) + reference];
}

/// <summary>What one checkpoint of an agent knows of every pair.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Time">t_i in periods; null where decay is not identified.</param>
/// <param name="Eta">η_i.</param>
/// <param name="Losses">[n] of the training samples.</param>
/// <param name="Spaces">By <see cref="GradientSpace.Name"/>.</param>
public sealed record CheckpointProducts(int Number, double? Time, double Eta, double[] Losses, IReadOnlyDictionary<string, SpaceProducts> Spaces);

/// <summary>A rule that turns gradients into influence.</summary>
/// <param name="Name">Short, for tables.</param>
/// <param name="Rule">The rule in words.</param>
/// <param name="Space">In which form gradients meet.</param>
/// <param name="Similarity">Whether the training gradient is divided by its norm.</param>
/// <param name="Decay">γ and clock.</param>
/// <param name="Reference">Whether a reference gradient is divided by its norm, and classes count alike in the group score.</param>
public sealed record InfluenceArm(
    string Name, string Rule, GradientSpace Space, Similarity Similarity, DecayOptions Decay, ReferenceKind Reference = ReferenceKind.Normalised);
