using ZiGong.Contracts;

namespace ZiGong.Influence.Fidelity;

/// <summary>The rules that are compared. All use the same checkpoints and gradients.</summary>
public static class Arms
{
    public const string Default = "tracseq";
    public const string Centred = $"{Default} centred";
    public const string Random = "random";
    public const string Loss = "-loss";
    public const string SameClass = "same class";

    /// <summary>Arms that differ by decay alone are left out where decay is not identified: they would all be γ = 1.</summary>
    public static IReadOnlyList<InfluenceArm> Of(TracSeqOptions options, int width, bool decayIdentified)
    {
        var sketch = new GradientSpace(SpaceKind.Sketch, width);
        var fisher = new GradientSpace(SpaceKind.Fisher, width);
        var decay = new DecayOptions(options.Gamma);
        var plain = new InfluenceArm(
            Default, "Cosine, the run's γ on the checkpoint's clock, normalised references, sketched", sketch, Similarity.Cosine, decay);
        InfluenceArm[] decays =
        [
            plain with { Name = "gamma 1", Rule = "as tracseq with γ = 1", Decay = new DecayOptions() },
            plain with { Name = "sample clock", Rule = "as tracseq on the sample's clock", Decay = decay with { Clock = DecayClock.Sample } },
        ];
        return
        [
            plain,
            .. decayIdentified ? decays : [],
            plain with { Name = "exact", Rule = "as tracseq with exact gradients", Space = new GradientSpace(SpaceKind.Exact) },
            plain with { Name = "dot", Rule = "as tracseq with Dot", Similarity = Similarity.Dot },
            plain with
            {
                Name = "tracincp", Rule = "Dot, γ = 1, plain mean of the references, sketched (Pruthi et al.)", Similarity = Similarity.Dot,
                Decay = new DecayOptions(), Reference = ReferenceKind.Mean,
            },
            plain with { Name = "adam", Rule = "as tracseq, training gradient divided by √v̂ + ε, exact", Space = new GradientSpace(SpaceKind.Adam) },
            plain with { Name = "adam dot", Rule = "as adam with Dot", Space = new GradientSpace(SpaceKind.Adam), Similarity = Similarity.Dot },
            plain with { Name = "fisher", Rule = "as tracseq with Curvature = EmpiricalFisher", Space = fisher },
            plain with { Name = "fisher dot", Rule = "as dot with Curvature = EmpiricalFisher", Space = fisher, Similarity = Similarity.Dot },
            plain with
            {
                Name = "layers", Rule = "as tracseq, the gradient of each LoRA matrix divided by its own norm on both sides, exact",
                Space = new GradientSpace(SpaceKind.Layers), Similarity = Similarity.Dot,
            },
        ];
    }

    public static IReadOnlyList<GradientSpace> Spaces(IEnumerable<InfluenceArm> arms) => [.. arms.Select(a => a.Space).Distinct()];
}

/// <summary>An arm's scores from one agent.</summary>
/// <param name="Pairs">[reference][sample]</param>
/// <param name="Group">[sample]</param>
public sealed record ArmScores(string Name, string Rule, double[][] Pairs, double[] Group)
{
    /// <summary>Every arm, noise, −loss, and what is made of them.</summary>
    /// <param name="answers">The recorded answers of the training samples.</param>
    public static IReadOnlyList<ArmScores> All(
        IReadOnlyList<InfluenceArm> arms, InfluenceMatrix matrix, IReadOnlyList<CheckpointProducts> checkpoints, IReadOnlyList<string> answers, ulong seed)
    {
        double[] losses = [.. checkpoints[^1].Losses.Select(l => -l)];
        double[][] sameClass = [.. matrix.ReferenceAnswers.Select(wanted => answers.Select(a => a == wanted ? 1.0 : 0).ToArray())];
        ArmScores[] scored =
        [
            .. arms.Select(a => new ArmScores(a.Name, a.Rule, matrix.Pairs(a, checkpoints), matrix.Group(a, checkpoints))),
            new(Arms.Random, "noise", [.. matrix.ReferenceAnswers.Select((_, r) => Noise($"{r}"))], Noise("group")),
            new(
                Arms.SameClass, "1 for a training sample with the reference sample's answer, else 0: what the class alone predicts", sameClass,
                [.. answers.Select((_, i) => sameClass.Average(r => r[i]))]),
            new(
                Arms.Loss, "minus the sample's loss at the last checkpoint; the same for every reference sample",
                [.. matrix.ReferenceAnswers.Select(_ => losses)], losses),
        ];
        return [.. scored, .. Candidates.Of(scored, arms, matrix, checkpoints, answers)];

        double[] Noise(string purpose)
        {
            var random = SeededRandom.Stream(seed, "fidelity noise", purpose);
            return [.. matrix.SampleIds.Select(_ => random.NextGaussian())];
        }
    }
}
