using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.Influence.Fidelity;

/// <summary>From scores and outcomes to figures; pure.</summary>
public static class Measures
{
    /// <param name="agents">[agent][arm]</param>
    /// <param name="subsets">[subset]: places of its members.</param>
    /// <param name="losses">[seed][subset][reference]</param>
    public static LdsFigures Lds(
        IReadOnlyList<IReadOnlyList<ArmScores>> agents, InfluenceMatrix matrix, IReadOnlyList<int[]> subsets, double[][][] losses, FidelitySettings settings)
    {
        var mean = MeanOverSeeds(losses);
        var plain = matrix.Weights(ReferenceKind.Mean);
        var balanced = matrix.Weights(ReferenceKind.Normalised);
        double[] group = [.. mean.Select(l => -Weighted(l, plain))];
        double[] groupBalanced = [.. mean.Select(l => -Weighted(l, balanced))];
        var agreement = Agreement(
            losses.Length,
            (a, b) =>
                Enumerable.Range(0, plain.Length).Average(r => Zero(Ranking.Spearman([.. losses[a].Select(l => l[r])], [.. losses[b].Select(l => l[r])]))));
        SubsetScore[] pairs = [.. agents[0].Select((_, i) => Score([.. agents.SelectMany(agent => Datamodeling.Series(subsets, agent[i].Pairs, mean))]))];
        var plainPlace = Enumerable.Range(0, pairs.Length).Single(i => agents[0][i].Name == Arms.Default);
        return new LdsFigures(
            Quantiles.StandardDeviation(group),
            agreement,
            Agreement(
                losses.Length, (a, b) => Ranking.Spearman([.. losses[a].Select(l => Weighted(l, plain))], [.. losses[b].Select(l => Weighted(l, plain))])),
            Ceiling(agreement, losses.Length),
            [.. agents[0].Select((arm, i) => new LdsArm(
                arm.Name,
                pairs[i].Interval,
                i == plainPlace ? null : pairs[i].Minus(pairs[plainPlace]),
                Score(Datamodeling.Series(subsets, Average([.. agents.Select(agent => agent[i].Pairs)]), mean)).Interval,
                Score([.. agents.Select(agent => new RankedPair([.. Datamodeling.Predict(subsets, agent[i].Group)], group))]).Interval,
                Score([.. agents.Select(agent => new RankedPair([.. Datamodeling.Predict(subsets, agent[i].Group)], groupBalanced))]).Interval))]);

        SubsetScore Score(IReadOnlyList<RankedPair> series) => Datamodeling.Score(series, seed: 1, settings.Resamples);
    }

    /// <param name="agents">[agent][arm]</param>
    /// <param name="places">Of the samples that were left out.</param>
    /// <param name="whole">[seed][reference]: losses with all samples.</param>
    /// <param name="without">[seed][left out][reference]</param>
    public static LeaveOneOutFigures LeaveOneOut(
        IReadOnlyList<IReadOnlyList<ArmScores>> agents, InfluenceMatrix matrix, int[] places, double[][] whole, double[][][] without, FidelitySettings settings)
    {
        var plain = Rises(matrix.Weights(ReferenceKind.Mean));
        var balanced = Rises(matrix.Weights(ReferenceKind.Normalised));
        return new LeaveOneOutFigures(
            places.Length,
            Agreement(whole.Length, (a, b) => Ranking.Spearman(plain[a], plain[b])),
            [.. agents[0].Select((arm, i) => new LeaveOneOutArm(arm.Name, Score(i, plain), Score(i, balanced)))]);

        // What the reference loss rises by without the sample: [seed][left out].
        double[][] Rises(double[] weights) => [.. whole.Select((all, s) => without[s].Select(l => Weighted(l, weights) - Weighted(all, weights)).ToArray())];

        Interval Score(int arm, double[][] rises)
        {
            double[] mean = [.. places.Select((_, p) => rises.Average(r => r[p]))];
            return Datamodeling.Score(
                [.. agents.Select(agent => new RankedPair([.. places.Select(p => agent[arm].Group[p])], mean))], seed: 1, settings.Resamples).Interval;
        }
    }

    /// <param name="arms">By arm, then seed: how its scores rank the flips of that seed. One of them is <see cref="Arms.Default"/>.</param>
    public static IReadOnlyList<FlipArm> Flips(IReadOnlyList<(string Name, IReadOnlyList<FlipRanking> Seeds)> arms, int rows, int resamples)
    {
        var plain = Enumerable.Range(0, arms.Count).Single(i => arms[i].Name == Arms.Default);
        var first = arms[0].Seeds[0];
        var statistics = ArmBootstrap.Run(
            [.. arms.Select(a => (IReadOnlyList<Func<CountedMeasure>>)[.. a.Seeds.Select(s => (Func<CountedMeasure>)(() => s.Run))])],
            first.Size, rows, [.. Enumerable.Range(0, arms.Count).Select(i => (i, plain))], seed: 1, resamples);
        return
        [
            .. arms.Select((arm, i) => new FlipArm(
                arm.Name, Figure(i, 0),
                first.Classes.Select((c, k) => (Class: c, At: 2 + k)).ToDictionary(c => c.Class, c => Figure(i, c.At), StringComparer.Ordinal), Figure(i, 1))),
        ];

        FlipFigure Figure(int arm, int which) => new(statistics.Figures[arm][which].AsShare(), arm == plain ? null : statistics.Differences[arm][which]);
    }

    /// <summary>√(S·r / (1 + (S − 1)·r)) for an agreement r of two of S seeds; 0 where they do not agree at all.</summary>
    public static double Ceiling(double agreement, int seeds) => Math.Sqrt(Math.Max(0, seeds * agreement / (1 + ((seeds - 1) * agreement))));

    public static IReadOnlyList<StabilityFigures> Stability(IReadOnlyList<IReadOnlyList<ArmScores>> agents) =>
        [.. agents[0].Select((arm, i) => new StabilityFigures(arm.Name, ScoreAgreement.Mean([.. agents.Select(a => a[i].Group)])))];

    /// <param name="checkpoints">Of one agent, with the exact space and all sketches.</param>
    public static IReadOnlyList<SketchFigures> Sketch(
        InfluenceArm arm, InfluenceMatrix matrix, IReadOnlyList<CheckpointProducts> checkpoints, IEnumerable<int> widths)
    {
        var exact = new GradientSpace(SpaceKind.Exact);
        var scores = matrix.Group(arm with { Space = exact }, checkpoints);
        return
        [
            .. widths.Select(width =>
            {
                var space = new GradientSpace(SpaceKind.Sketch, width);
                return new SketchFigures(
                    width,
                    checkpoints.Average(c => Error(c.Spaces[exact.Name], c.Spaces[space.Name])),
                    ScoreAgreement.Of(scores, matrix.Group(arm with { Space = space }, checkpoints)));
            }),
        ];
    }

    private static double Error(SpaceProducts exact, SpaceProducts sketched)
    {
        double sum = 0;
        for (var s = 0; s < exact.Samples; s++)
        {
            for (var r = 0; r < exact.References; r++)
            {
                var norms = exact.TrainingNorms[s] * exact.ReferenceNorms[r];
                sum += norms > 0 ? Math.Abs(sketched.At(s, r) - exact.At(s, r)) / norms : 0;
            }
        }

        return sum / exact.Values.Length;
    }

    private static double[][] MeanOverSeeds(double[][][] losses) =>
        [.. losses[0].Select((of, subset) => of.Select((_, r) => losses.Average(seed => seed[subset][r])).ToArray())];

    private static double[][] Average(IReadOnlyList<double[][]> pairs) =>
        [.. pairs[0].Select((scores, r) => scores.Select((_, s) => pairs.Average(p => p[r][s])).ToArray())];

    private static double Weighted(double[] losses, double[] weights) => losses.Zip(weights, (l, w) => l * w).Sum();

    private static double Agreement(int seeds, Func<int, int, double> of) =>
        Enumerable.Range(0, seeds).SelectMany(a => Enumerable.Range(a + 1, seeds - a - 1).Select(b => of(a, b))).DefaultIfEmpty(double.NaN).Average();

    private static double Zero(double value) => double.IsNaN(value) ? 0 : value;
}
