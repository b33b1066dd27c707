using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

/// <summary>
/// Everything that shapes a run's result, frozen with the run and part of its keys. Set one by
/// <c>--set Section:Name=value</c>; a child run of a replay starts from its parent's. An option that came later carries
/// <see cref="DefaultValueAttribute"/>: what runs did before it existed. Keys leave it out at that value and old rows
/// without it mean it, so the attribute never changes, whatever the default becomes.
/// </summary>
public sealed record RunOptions
{
    [Description("Seed of everything random in the run.")]
    [Range(0L, long.MaxValue)]
    public long Seed { get; init; } = 1;

    public SnapshotOptions Snapshot { get; init; } = new();

    public AgentOptions Agent { get; init; } = new();

    public GradientOptions Gradients { get; init; } = new();

    public TracSeqOptions TracSeq { get; init; } = new();

    public SelectionOptions Selection { get; init; } = new();

    public TemplatingOptions Templating { get; init; } = new();

    public TuningOptions Tuning { get; init; } = new();

    public EvaluationOptions Evaluation { get; init; } = new();
}

/// <summary>An option that changes how work is cut and not what comes of it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotInKeysAttribute : Attribute;

/// <summary>An option that may name a folder: what of its value may be asked for from afar is up to the machine that has it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamesFolderAttribute : Attribute;
