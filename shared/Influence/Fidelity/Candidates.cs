namespace ZiGong.Influence.Fidelity;

/// <summary>Rules that cost no more than plain TracSeq and might do better: made of its scores, losses and norms (docs/decisions/0006).</summary>
public static class Candidates
{
    /// <param name="answers">The recorded answers of the training samples.</param>
    public static IEnumerable<ArmScores> Of(
        IReadOnlyList<ArmScores> scored, IReadOnlyList<InfluenceArm> arms, InfluenceMatrix matrix, IReadOnlyList<CheckpointProducts> checkpoints,
        IReadOnlyList<string> answers)
    {
        var plain = arms.Single(a => a.Name == Arms.Default);
        var by = scored.ToDictionary(s => s.Name, StringComparer.Ordinal);
        yield return Centred(by[Arms.Default], answers);
        yield return Centred(by["adam"], answers);
        yield return Centred(by["layers"], answers);
        yield return WithLoss(by[Arms.Default], by[Arms.Loss]);
        yield return WithLoss(by["layers"], by[Arms.Loss]);
        CheckpointProducts[] last = [checkpoints[^1]];
        yield return new ArmScores("last", "as tracseq at the last checkpoint alone", matrix.Pairs(plain, last), matrix.Group(plain, last));
        yield return SelfInfluence(plain, checkpoints, matrix.ReferenceAnswers.Count);
    }

    /// <summary>The mean score of the samples with the same answer taken off: what is left says nothing of the class.</summary>
    public static ArmScores Centred(ArmScores scores, IReadOnlyList<string> answers)
    {
        return new ArmScores(
            $"{scores.Name} centred", $"as {scores.Name} less the mean score of the sample's class", [.. scores.Pairs.Select(Less)], Less(scores.Group));

        double[] Less(double[] of)
        {
            var means = Enumerable.Range(0, of.Length).GroupBy(i => answers[i], StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Average(i => of[i]), StringComparer.Ordinal);
            return [.. of.Select((v, i) => v - means[answers[i]])];
        }
    }

    /// <summary>Score and −loss, each in units of its own standard deviation.</summary>
    public static ArmScores WithLoss(ArmScores scores, ArmScores loss)
    {
        var standard = Standardised(loss.Group);
        return new ArmScores(
            $"{scores.Name} -loss", $"as {scores.Name}, standardised, plus the standardised -loss", [.. scores.Pairs.Select(Plus)], Plus(scores.Group));

        double[] Plus(double[] of) => [.. Standardised(of).Zip(standard, (a, b) => a + b)];
    }

    /// <summary>−Σ η ‖g‖²: a sample that only it explains is suspect (Pruthi et al., 2020, section 4.1).</summary>
    private static ArmScores SelfInfluence(InfluenceArm plain, IReadOnlyList<CheckpointProducts> checkpoints, int references)
    {
        double[] scores =
        [
            .. Enumerable.Range(0, checkpoints[0].Losses.Length)
                .Select(i => -checkpoints.Sum(c => c.Eta * Math.Pow(c.Spaces[plain.Space.Name].TrainingNorms[i], 2))),
        ];
        return new ArmScores(
            "-self", "minus the sample's influence on itself, γ = 1; the same for every reference sample", [.. Enumerable.Repeat(scores, references)], scores);
    }

    private static double[] Standardised(double[] values)
    {
        var mean = values.Average();
        var spread = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return [.. values.Select(v => spread > 0 ? (v - mean) / spread : 0)];
    }
}
