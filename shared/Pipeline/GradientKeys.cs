using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>Keys of stored gradients.</summary>
public static class GradientKeys
{
    /// <summary>The sketch's hash functions are the same for all runs, so that gradients of different nights can be compared.</summary>
    public const ulong SketchSeed = 0x5A69476F6E67;

    /// <param name="readsAs">What the agent's prompts consist of; see <see cref="Encoders.ReadsAsAsync"/>.</param>
    public static string Of(CheckpointRow checkpoint, string shard, string readsAs, RunOptions options, IEnumerable<Sample> samples) =>
        ContentHash.Of(
        [
            "gradients", $"{CodeVersions.Gradients}", checkpoint.CheckpointId, checkpoint.Weights, shard,
            readsAs, $"{options.Gradients.Sketch}", $"{options.Gradients.Width}", $"{options.Gradients.MicroBatch}",
            .. samples.Select(s => s.Id),
        ]);
}
