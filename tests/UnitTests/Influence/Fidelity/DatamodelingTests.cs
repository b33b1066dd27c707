using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class DatamodelingTests
{
    private const int Samples = 40;
    private const int References = 60;

    private static readonly int[][] Subsets = [.. Enumerable.Range(0, 64).Select(Half)];

    [Fact]
    public void On_a_linear_model_after_one_step_influence_is_exact_and_the_score_is_one()
    {
        // w = −η Σ g(z) over the subset and the loss of a reference sample is ⟨w, r⟩: its gradient is r wherever the model stands.
        const double Eta = 0.3;
        var training = Gaussian(Samples, 12, seed: 1);
        var references = Gaussian(References, 12, seed: 2);
        double[][] losses = [.. Subsets.Select(members => references.Select(r => members.Sum(m => -Eta * Dot(training[m], r))).ToArray())];
        double[] norms = [.. training.Select(g => Math.Sqrt(Dot(g, g)))];
        var products = new SpaceProducts([.. training.SelectMany(g => references.Select(r => (float)Dot(g, r)))], norms, [.. references.Select(_ => 1.0)]);
        var arm = new InfluenceArm("linear", "", new GradientSpace(SpaceKind.Exact), Similarity.Dot, new DecayOptions(), ReferenceKind.Mean);
        var matrix = new InfluenceMatrix([.. Ids(Samples)], [], [.. Enumerable.Range(0, References).Select(i => i % 2 == 0 ? "good" : "bad")], 0);
        CheckpointProducts[] checkpoints = [new(1, null, Eta, new double[Samples], new Dictionary<string, SpaceProducts> { ["Exact"] = products })];

        var score = Datamodeling.Score(Datamodeling.Series(Subsets, matrix.Pairs(arm, checkpoints), losses), seed: 1, resamples: 100).Interval;

        score.Value.ShouldBe(1, 1e-3);
        score.Lower.ShouldBeGreaterThan(0.99);
        var group = new RankedPair([.. Datamodeling.Predict(Subsets, matrix.Group(arm, checkpoints))], [.. losses.Select(l => -l.Average())]);
        group.Spearman(Ones(64)).ShouldBe(1, 1e-3);
    }

    [Fact]
    public void Noise_scores_about_zero_and_its_opposite_minus_one()
    {
        var truth = Gaussian(References, Samples, seed: 3);
        double[][] losses = [.. Subsets.Select(members => truth.Select(scores => -members.Sum(m => scores[m])).ToArray())];

        Math.Abs(Score(Gaussian(References, Samples, seed: 4), losses).Value).ShouldBeLessThan(0.1, "60 correlations of 64 subsets each");
        Score(truth, losses).Value.ShouldBe(1, 1e-12);
        Score([.. truth.Select(s => s.Select(v => -v).ToArray())], losses).Value.ShouldBe(-1, 1e-12);
    }

    [Fact]
    public void Three_subsets_give_what_one_works_out_by_hand()
    {
        // Predictions 3, 5, 4 against −loss −1, −2, −4: ranks 1 3 2 and 3 2 1, so 1 − 6(4 + 1 + 1) / (3 · 8) = −0.5.
        var series = Datamodeling.Series([[0, 1], [1, 2], [0, 2]], [[1, 2, 3]], [[1], [2], [4]]);
        series.Single().Spearman(Ones(3)).ShouldBe(-0.5, 1e-12);
    }

    [Fact]
    public void Scores_that_are_all_alike_rank_nothing()
    {
        double[][] losses = [.. Subsets.Select((_, i) => new double[] { i })];
        var score = Datamodeling.Score(Datamodeling.Series(Subsets, [new double[Samples]], losses), seed: 1, resamples: 20).Interval;
        (score.Value, score.Lower, score.Upper).ShouldBe((0, 0, 0));
    }

    [Fact]
    public void A_score_less_another_is_paired_by_subset()
    {
        var truth = Gaussian(References, Samples, seed: 3);
        double[][] losses = [.. Subsets.Select(members => truth.Select(scores => -members.Sum(m => scores[m])).ToArray())];
        var (exact, noisy) = (Of(truth), Of([.. truth.Zip(Gaussian(References, Samples, seed: 5), (t, n) => t.Zip(n, (x, y) => x + y).ToArray())]));

        var difference = exact.Minus(noisy);
        difference.Value.ShouldBe(exact.Value - noisy.Value, 1e-12);
        difference.Lower.ShouldBeGreaterThan(0, "the truth ranks every resample perfectly");
        exact.Minus(exact).ShouldBe(new ZiGong.Credit.Metrics.Interval(0, 0, 0));

        SubsetScore Of(double[][] pairs) => Datamodeling.Score(Datamodeling.Series(Subsets, pairs, losses), seed: 1, resamples: 50);
    }

    [Fact]
    public void A_resample_correlates_like_the_rows_written_out() =>
        Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
        {
            var random = new SeededRandom((ulong)seed);
            double[] a = [.. Enumerable.Range(0, 12).Select(_ => (double)random.NextInt(6))];
            double[] b = [.. Enumerable.Range(0, 12).Select(_ => (double)random.NextInt(6))];
            int[] counts = [.. Enumerable.Range(0, 12).Select(_ => random.NextInt(3))];
            int[] rows = [.. counts.SelectMany((c, i) => Enumerable.Repeat(i, c))];
            var expected = Ranking.Spearman([.. rows.Select(i => a[i])], [.. rows.Select(i => b[i])]);
            var actual = new RankedPair(a, b).Spearman(counts);
            if (double.IsNaN(expected))
            {
                actual.ShouldBe(double.NaN);
            }
            else
            {
                actual.ShouldBe(expected, 1e-12);
            }
        }).Check(Config.QuickThrowOnFailure);

    private static ZiGong.Credit.Metrics.Interval Score(double[][] pairs, double[][] losses) =>
        Datamodeling.Score(Datamodeling.Series(Subsets, pairs, losses), seed: 1, resamples: 20).Interval;

    private static int[] Half(int subset)
    {
        int[] all = [.. Enumerable.Range(0, Samples)];
        new SeededRandom((ulong)subset + 100).Shuffle<int>(all);
        return [.. all.Take(Samples / 2).Order()];
    }

    private static double[][] Gaussian(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => random.NextGaussian()).ToArray())];
    }

    private static IEnumerable<string> Ids(int count) => Enumerable.Range(0, count).Select(i => $"{i:x32}");

    private static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
