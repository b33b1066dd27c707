using ZiGong.Contracts;

namespace ZiGong.Influence.Fidelity;

/// <summary>
/// The scores of an arm: of every training sample on every reference sample, and on the reference set as a whole. Both go through
/// <see cref="TracSeq.Combine"/>, the rule of a run.
/// </summary>
/// <param name="SampleIds">Training samples.</param>
/// <param name="ObservedAt">In periods; asked for only where the sample's clock counts.</param>
/// <param name="ReferenceAnswers">The class of each reference sample.</param>
/// <param name="AsOf">T in periods.</param>
public sealed record InfluenceMatrix(
    IReadOnlyList<string> SampleIds, IReadOnlyList<double?> ObservedAt, IReadOnlyList<string> ReferenceAnswers, double AsOf)
{
    /// <summary>[m][n]: Σ_i γ^(T − t_i) · η_i · ⟨g_i(z), g_i(z')⟩, with the norms that the arm divides by.</summary>
    public double[][] Pairs(InfluenceArm arm, IReadOnlyList<CheckpointProducts> checkpoints) =>
        [.. Enumerable.Range(0, ReferenceAnswers.Count).Select(r => Combine(arm, checkpoints, (products, sample) => Product(arm, products, sample, r)))];

    /// <summary>[n]: the same against the mean reference vector, which is linear in the reference gradients.</summary>
    public double[] Group(InfluenceArm arm, IReadOnlyList<CheckpointProducts> checkpoints)
    {
        var weights = Weights(arm.Reference);
        return Combine(arm, checkpoints, (products, sample) =>
        {
            var sum = 0.0;
            for (var r = 0; r < weights.Length; r++)
            {
                sum += weights[r] * Product(arm, products, sample, r);
            }

            return sum;
        });
    }

    /// <summary>What each reference sample weighs in the mean: alike, or so that classes weigh alike.</summary>
    public double[] Weights(ReferenceKind kind)
    {
        var sizes = ReferenceAnswers.CountBy(a => a, StringComparer.Ordinal).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);
        return [.. ReferenceAnswers.Select(a => 1.0 / (kind == ReferenceKind.Mean ? ReferenceAnswers.Count : sizes[a] * sizes.Count))];
    }

    private static double Product(InfluenceArm arm, SpaceProducts products, int sample, int reference)
    {
        var value = products.At(sample, reference);
        value = arm.Similarity == Similarity.Cosine && value != 0 ? value / products.TrainingNorms[sample] : value;
        return arm.Reference == ReferenceKind.Normalised && value != 0 ? value / products.ReferenceNorms[reference] : value;
    }

    private double[] Combine(InfluenceArm arm, IReadOnlyList<CheckpointProducts> checkpoints, Func<SpaceProducts, int, double> product) =>
    [
        .. TracSeq.Combine(
            SampleIds,
            ObservedAt,
            [
                .. checkpoints.Select(c => new CheckpointPartials(
                    c.Number, c.Time, [.. Enumerable.Range(0, SampleIds.Count).Select(s => c.Eta * product(c.Spaces[arm.Space.Name], s))])),
            ],
            AsOf,
            arm.Decay).Values,
    ];
}
