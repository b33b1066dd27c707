using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ZiGong.Contracts;

public sealed record SnapshotOptions
{
    [Description("Checkpoints of the agent at most: months are merged, in order, to this many periods.")]
    [Range(1, 120)]
    public int Periods { get; init; } = 4;

    [Description(
        "Seed of the stratified split of data without subjects and times; apart from Seed, so that all runs on the same rows leave out the same test samples "
        + "and a champion never meets its own training samples there.")]
    [Range(0L, long.MaxValue)]
    public long SplitSeed { get; init; } = 1;

    [Description("Quantile bins per numeric field of the compact encoding.")]
    [Range(2, 100)]
    public int Bins { get; init; } = 10;

    [Description("Training samples at most (0: all): a seeded draw that keeps the shares of the classes; the rest is idle.")]
    [Range(0, int.MaxValue)]
    [DefaultValue(0)]
    public int MaximumTraining { get; init; }

    [Description("Reference samples at most (0: all), drawn likewise.")]
    [Range(0, int.MaxValue)]
    [DefaultValue(0)]
    public int MaximumReference { get; init; }

    [Description("Test samples at most (0: all), drawn likewise.")]
    [Range(0, int.MaxValue)]
    [DefaultValue(0)]
    public int MaximumTest { get; init; }

    [Description("Parts of data without subjects and times that take turns as the test side (0: one fixed test side).")]
    [Range(0, 100)]
    [DefaultValue(0)]
    public int Folds { get; init; }

    [Description("Which of the Folds is the test side, from 0.")]
    [Range(0, 99)]
    [DefaultValue(0)]
    public int Fold { get; init; }

    /// <summary>Gradients are then taken of the snapshot's members alone: what a cap left out would be most of the work.</summary>
    [JsonIgnore]
    public bool IsCapped => MaximumTraining > 0 || MaximumReference > 0 || MaximumTest > 0;
}
