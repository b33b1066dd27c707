using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

public sealed record TuningOptions
{
    [Description("Base model: nano, or the path of a Hugging Face Mistral folder.")]
    [NamesFolder]
    public string Base { get; init; } = "nano";

    [Description("LoRA rank r.")]
    [Range(1, 1024)]
    public int Rank { get; init; } = 8;

    [Description("LoRA α; the update is scaled by α/r.")]
    [Range(1e-3, 1e4)]
    public double Alpha { get; init; } = 16;

    [Description("Projections with an adapter, comma separated.")]
    public string Targets { get; init; } = "q_proj,k_proj,v_proj";

    [Description("Peak step rate; cosine to zero after warm-up.")]
    [Range(1e-8, 1.0)]
    public double LearningRate { get; init; } = 5e-3;

    [Description("Passes over the selected samples.")]
    [Range(1, 1000)]
    public int Epochs { get; init; } = 3;

    [Description("Optimizer steps at least: small data is passed over more often until they are done.")]
    [Range(0, 1_000_000)]
    public int MinimumSteps { get; init; } = 150;

    [Description("Samples per optimizer step.")]
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 32;

    [Description("Share of the steps over which the rate rises from 0.")]
    [Range(0.0, 1.0)]
    public double Warmup { get; init; } = 0.05;

    [Description("Decoupled weight decay of AdamW.")]
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    [Description("Gradient norm above which gradients are scaled down.")]
    [Range(1e-6, 1e9)]
    public double ClipNorm { get; init; } = 1.0;

    [Description("Optimizer steps in one slice at most.")]
    [Range(1, 100_000)]
    [NotInKeys]
    public int SliceSteps { get; init; } = 400;
}
