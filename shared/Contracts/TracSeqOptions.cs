using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

/// <summary>Whose age decays (tracseq.md, "Clock").</summary>
public enum DecayClock
{
    /// <summary>The checkpoint's: γ^(T − t_i), the paper's formula.</summary>
    Checkpoint,

    /// <summary>The sample's own: γ^(T − observed_at) on positive scores.</summary>
    Sample,

    /// <summary>Both factors.</summary>
    Both,
}

/// <summary>How reference gradients become one vector.</summary>
public enum ReferenceKind
{
    /// <summary>Each gradient divided by its own norm, averaged per class, then over the classes.</summary>
    Normalised,

    /// <summary>Plain mean over all gradients (TracInCP), kept for comparison.</summary>
    Mean,
}

/// <summary>What of a training gradient counts.</summary>
public enum Similarity
{
    /// <summary>Length and direction.</summary>
    Dot,

    /// <summary>Direction alone: the gradient is divided by its norm.</summary>
    Cosine,
}

public enum GradientOptimizer
{
    Sgd,
    Adam,
}

/// <summary>What stands between training gradients and the reference vector.</summary>
public enum Curvature
{
    /// <summary>The identity: plain inner products.</summary>
    None,

    /// <summary>The inverse of the damped second moment of the training gradients, as in influence functions.</summary>
    EmpiricalFisher,
}

public sealed record TracSeqOptions
{
    [Description("Decay per period: the weight of a checkpoint falls by this factor for every period of its age.")]
    [Range(1e-6, 1.0)]
    public double Gamma { get; init; } = 0.9;

    [Description("Whose age decays: Checkpoint (the paper's formula), Sample, or Both.")]
    public DecayClock Clock { get; init; } = DecayClock.Checkpoint;

    [Description("Reference vector: Normalised (unit gradients, averaged per class, then over classes) or Mean (plain TracInCP).")]
    public ReferenceKind Reference { get; init; } = ReferenceKind.Normalised;

    [Description("Cosine (the training gradient is divided by its norm too) or Dot.")]
    public Similarity Similarity { get; init; } = Similarity.Cosine;

    [Description("Sgd, or Adam: the training gradient is divided by the root of the checkpoint's second moments (exact gradients only).")]
    public GradientOptimizer Optimizer { get; init; } = GradientOptimizer.Sgd;

    [Description(
        "None, or EmpiricalFisher: the reference vector is multiplied by the inverse of the training gradients' damped second moment at each checkpoint.")]
    public Curvature Curvature { get; init; } = Curvature.None;

    [Description("Damping of the EmpiricalFisher, as a multiple of its mean eigenvalue (trace/k).")]
    [Range(1e-6, 1e6)]
    public double Damping { get; init; } = 0.1;
}
