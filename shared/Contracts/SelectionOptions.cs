using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

/// <summary>How the top places are dealt out.</summary>
public enum Quota
{
    /// <summary>Per task and class, in proportion to training frequency.</summary>
    TaskAndClass,

    /// <summary>To the highest scores, whatever their task and class.</summary>
    None,
}

/// <summary>What the top places go by.</summary>
public enum SelectionBasis
{
    /// <summary>Influence score.</summary>
    Influence,

    /// <summary>Loss at the last checkpoint, highest first.</summary>
    Loss,

    /// <summary>Time of observation, newest first.</summary>
    Newest,
}

public sealed record SelectionOptions
{
    [Description("What the top places go by: Influence, Loss (highest at the last checkpoint first) or Newest (by observed_at). Baselines for experiments.")]
    [DefaultValue(SelectionBasis.Influence)]
    public SelectionBasis By { get; init; } = SelectionBasis.Influence;

    [Description("Kept samples: up to 1 a share of the training samples, above 1 a count.")]
    [Range(1e-6, 1e9)]
    public double Size { get; init; } = 0.5;

    [Description("Share of the places that go to the highest scores; the rest is drawn at random.")]
    [Range(0.0, 1.0)]
    public double TopShare { get; init; } = 0.30;

    [Description("TaskAndClass deals the top places out in proportion to training frequency; None is the plain rule of the paper.")]
    public Quota Quota { get; init; } = Quota.TaskAndClass;

    [Description("Never keep a sample with a negative score while its class has others.")]
    public bool ExcludeNegative { get; init; }
}
