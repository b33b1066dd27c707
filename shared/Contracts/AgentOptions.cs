using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

public sealed record AgentOptions
{
    [Description("Base model: nano, or the path of a Hugging Face Mistral folder.")]
    [NamesFolder]
    public string Base { get; init; } = "nano";

    [Description("Step rate after warm-up; constant, so that the newest checkpoint counts.")]
    [Range(1e-8, 1.0)]
    public double LearningRate { get; init; } = 5e-3;

    [Description("Steps over which the rate rises from 0.")]
    [Range(0, 100_000)]
    public int WarmupSteps { get; init; } = 20;

    [Description("Samples per optimizer step.")]
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 32;

    [Description("Passes over each period's samples.")]
    [Range(1, 100)]
    public int Epochs { get; init; } = 1;

    [Description("Optimizer steps per checkpoint at least: small data is passed over again until they are done.")]
    [Range(0, 100_000)]
    public int MinimumSteps { get; init; } = 30;

    [Description("Gradient norm above which gradients are scaled down.")]
    [Range(1e-6, 1e9)]
    [DefaultValue(1.0)]
    public double ClipNorm { get; init; } = 1.0;

    [Description("Optimizer steps in one slice at most.")]
    [Range(1, 100_000)]
    [NotInKeys]
    public int SliceSteps { get; init; } = 400;
}
