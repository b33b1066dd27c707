namespace ZiGong.Control;

/// <summary>Whether a model may become champion.</summary>
public static class Promotion
{
    /// <summary>Every reason against; a run on an older snapshot than the champion's never promotes by itself.</summary>
    public static IReadOnlyList<string> ReasonsAgainst(IReadOnlyList<string> failedGates, long watermark, long? championWatermark) =>
        championWatermark > watermark
            ? [.. failedGates, $"older data: the snapshot ends at sample {watermark}, the champion's at {championWatermark}"]
            : failedGates;
}
