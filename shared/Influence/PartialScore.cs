using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.Influence;

/// <summary>What one checkpoint says about one sample: p = η · ⟨g, r⟩, with g / ‖g‖ in the place of g under <see cref="Similarity.Cosine"/>.</summary>
public static class PartialScore
{
    /// <param name="sampleId">For messages.</param>
    /// <param name="gradient">The sample's gradient g, preconditioned where the options say so.</param>
    /// <param name="reference">The reference vector r of the same checkpoint and task.</param>
    /// <param name="eta">Sum of the learning rates since the previous checkpoint.</param>
    /// <param name="similarity">Whether g is divided by its norm; a gradient of exactly zero scores 0 either way.</param>
    /// <param name="exactNorm">‖g‖ before sketching; null: that of <paramref name="gradient"/>.</param>
    /// <exception cref="NotFiniteNumberException">The score is NaN or infinite; names the sample.</exception>
    public static double Of(
        string sampleId, ReadOnlySpan<float> gradient, ReadOnlySpan<float> reference, double eta, Similarity similarity, double? exactNorm = null)
    {
        var product = GradientRows.Dot(gradient, reference);
        if (similarity == Similarity.Cosine && product != 0)
        {
            product /= exactNorm ?? GradientRows.Norm(gradient);
        }

        var score = eta * product;
        return double.IsFinite(score)
            ? score
            : throw new NotFiniteNumberException(
                $"sample {sampleId}: its partial score is {score} (η {eta:R}); the gradient or the reference vector holds NaN or infinity");
    }
}
