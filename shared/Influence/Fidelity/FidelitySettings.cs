using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Influence.Fidelity;

/// <summary>What can be measured of scores.</summary>
public enum FidelityMeasure
{
    /// <summary>Linear datamodeling score: do summed scores rank models trained on subsets?</summary>
    Lds,

    /// <summary>Leave one out: does a score rank what a single sample changes?</summary>
    Loo,

    /// <summary>Do the lowest scores find labels that were flipped?</summary>
    Flips,

    /// <summary>Sketched against exact gradients.</summary>
    Sketch,

    /// <summary>Are scores alike for other seeds of the agent?</summary>
    Stability,
}

/// <summary>Sizes of a fidelity experiment; each shapes the keys of what it shapes.</summary>
public sealed record FidelitySettings
{
    [Description("Training samples at most, those of the lowest id hash.")]
    [Range(20, 100_000)]
    public int Rows { get; init; } = 1000;

    [Description("Reference samples at most, those of the lowest id hash.")]
    [Range(4, 10_000)]
    public int References { get; init; } = 300;

    [Description("Seeds of agents and trainings.")]
    [Range(1, 20)]
    public int Seeds { get; init; } = 3;

    [Description("Half-size subsets.")]
    [Range(4, 1024)]
    public int Subsets { get; init; } = 64;

    [Description("Optimizer steps of every training on a subset.")]
    [Range(1, 10_000)]
    public int Steps { get; init; } = 50;

    [Description("Samples left out one at a time.")]
    [Range(4, 1000)]
    public int LeftOut { get; init; } = 40;

    [Description("Share of the training labels that are flipped, in each class.")]
    [Range(1e-3, 0.49)]
    public double Flips { get; init; } = 0.05;

    [Description("Share of the samples that are inspected for flips.")]
    [Range(1e-3, 1.0)]
    public double Inspected { get; init; } = 0.10;

    [Description("Bootstrap resamples behind every 95 % interval.")]
    [Range(10, 100_000)]
    public int Resamples { get; init; } = 500;
}
