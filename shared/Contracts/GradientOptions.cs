using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

public enum SketchKind
{
    CountSketch,
    None,
}

public sealed record GradientOptions
{
    [Description("CountSketch (fp16 sketches) or None (exact fp32 gradients).")]
    public SketchKind Sketch { get; init; } = SketchKind.CountSketch;

    [Description("Buckets of the CountSketch.")]
    [Range(64, 1 << 20)]
    public int Width { get; init; } = 4096;

    [Description("Samples of similar length in one forward and backward pass.")]
    [Range(1, 1024)]
    public int MicroBatch { get; init; } = 16;
}
