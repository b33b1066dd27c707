using System.Globalization;
using ZiGong.ModelFiles;

namespace ZiGong.Influence;

/// <summary>Adam's second moments of a checkpoint, laid out like a gradient.</summary>
public sealed class CheckpointMoments
{
    private const string Prefix = "exp_avg_sq.";
    private readonly float[] _moments;
    private readonly long _step;

    private CheckpointMoments(float[] moments, long step)
    {
        _moments = moments;
        _step = step;
    }

    /// <param name="path">The trainer's moments, safetensors.</param>
    /// <param name="step">Optimizer steps taken at the checkpoint.</param>
    public static CheckpointMoments Read(string path, long step)
    {
        using var file = new SafetensorsNumbers(path);
        var entries = file.Entries.Where(e => e.Name.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(e => Place(e.Name));
        return new CheckpointMoments([.. entries.SelectMany(file.Read)], step);
    }

    /// <summary>Divides a gradient by the root of the moments, in place.</summary>
    public void Apply(Span<float> gradient) => AdamPreconditioner.Apply(gradient, _moments, _step, gradient);

    /// <summary>A gradient runs by layer, then projection, A before B (MistralModel.LoraParameters).</summary>
    private static (int Layer, int Target, bool IsB) Place(string name)
    {
        var parts = name.Split('.');
        var layer = int.Parse(parts[Array.IndexOf(parts, "layers") + 1], CultureInfo.InvariantCulture);
        var target = Enumerable.Range(0, LoraOptions.AllTargets.Count).First(t => parts.Contains(LoraOptions.AllTargets[t]));
        return (layer, target, name.Contains("lora_B", StringComparison.Ordinal));
    }
}
