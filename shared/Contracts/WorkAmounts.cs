namespace ZiGong.Contracts;

/// <summary>How much work options ask for; whoever works and whoever plans must come to the same numbers.</summary>
public static class WorkAmounts
{
    /// <summary>Optimizer steps: whole passes, and more of them where that would be fewer than <paramref name="minimumSteps"/>.</summary>
    public static int Steps(int samples, int batchSize, int epochs, int minimumSteps) =>
        Math.Max(((samples + batchSize - 1) / batchSize) * epochs, minimumSteps);

    /// <summary>Kept samples: up to 1 a share (at least one sample), above 1 a count.</summary>
    public static int Places(double size, int samples) => size <= 1
        ? Math.Max(1, (int)Math.Round(size * samples, MidpointRounding.AwayFromZero))
        : (int)Math.Min(size, samples);
}
