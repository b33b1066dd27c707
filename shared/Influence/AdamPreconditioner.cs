using ZiGong.Contracts;

namespace ZiGong.Influence;

/// <summary>
/// What Adam would have made of a training gradient: g / (√v̂ + ε) with v̂ = v / (1 − β₂^step) (Kingma and Ba, 2015, algorithm 1,
/// without the first moment). Only the training side is preconditioned.
/// </summary>
public static class AdamPreconditioner
{
    public const double DefaultBeta2 = 0.999;
    public const double DefaultEpsilon = 1e-8;

    /// <param name="gradient">g, one entry per parameter.</param>
    /// <param name="secondMoments">v of the checkpoint, matched to the parameters by name; empty where it has none.</param>
    /// <param name="step">Optimizer steps taken at the checkpoint.</param>
    /// <param name="result">Receives the preconditioned gradient; may be <paramref name="gradient"/> itself.</param>
    /// <param name="beta2">Decay of the second moments.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <exception cref="InputException">The checkpoint stores no second moments.</exception>
    public static void Apply(
        ReadOnlySpan<float> gradient,
        ReadOnlySpan<float> secondMoments,
        long step,
        Span<float> result,
        double beta2 = DefaultBeta2,
        double epsilon = DefaultEpsilon)
    {
        if (secondMoments.IsEmpty || step < 1)
        {
            throw new InputException(
                "the checkpoint stores no second moments, so Optimizer = Adam cannot be used on it: set Optimizer = Sgd or train the agent anew");
        }

        if (gradient.Length != secondMoments.Length || gradient.Length != result.Length)
        {
            throw new ArgumentException($"{gradient.Length} gradients, {secondMoments.Length} second moments and {result.Length} results do not match");
        }

        var correction = 1 - Math.Pow(beta2, step);
        for (var i = 0; i < gradient.Length; i++)
        {
            result[i] = (float)(gradient[i] / (Math.Sqrt(secondMoments[i] / correction) + epsilon));
        }
    }
}
