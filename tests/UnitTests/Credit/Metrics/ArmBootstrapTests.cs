using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class ArmBootstrapTests
{
    private static readonly bool[] Positive = [true, true, false, false, true, false, false, false, true, false];

    [Fact]
    public void Figures_are_means_over_seeds_with_their_standard_deviation()
    {
        // Accuracy: the first seed has all ten rows right, the second eight.
        var arm = ArmBootstrap.Metrics([[One([]), One([0, 3])]], [], seed: 1, resamples: 200).Figures[0][(int)Metric.Acc];

        arm.PerSeed.ShouldBe([1.0, 0.8]);
        arm.Mean.ShouldBe(0.9, 1e-12);
        arm.Spread.ShouldBe(0.1 * Math.Sqrt(2), 1e-12);
    }

    [Fact]
    public void An_arm_does_not_differ_from_itself_whatever_rows_and_seeds_are_drawn()
    {
        IReadOnlyList<FoldedPredictions> arm = [One([1]), One([0, 3])];
        var difference = ArmBootstrap.Metrics([arm, arm], [(0, 1)], seed: 1, resamples: 200).Differences[0];

        difference.Where((_, i) => i is not ((int)Metric.Miss or (int)Metric.AccGenerated))
            .ShouldAllBe(d => d.Value == 0 && d.Lower == 0 && d.Upper == 0 && d.Detectable == 0);
    }

    [Fact]
    public void A_constant_advantage_in_every_row_and_seed_has_an_interval_of_no_width()
    {
        // Figures 0.5 and 0.2 whatever is drawn: pairing removes everything else.
        static Func<CountedMeasure> Constant(double value) => () => (_, values) => values[0] = value;
        var difference = ArmBootstrap.Run(
            [[Constant(0.5), Constant(0.5)], [Constant(0.2), Constant(0.2)]], 1, 7, [(0, 1)], seed: 3, resamples: 100).Differences[0][0];

        difference.Value.ShouldBe(0.3, 1e-12);
        difference.Lower.ShouldBe(0.3, 1e-12);
        difference.Upper.ShouldBe(0.3, 1e-12);
    }

    [Fact]
    public void Seeds_alone_give_the_t_interval_of_their_mean()
    {
        // Three seeds with 0, 3 and 6, no matter the rows: standard deviation 3, so that of the mean is 3/√3; two degrees of freedom, t = 4.3027 and 1.0607.
        static Func<CountedMeasure> Constant(double value) => () => (_, values) => values[0] = value;
        var statistics = ArmBootstrap.Run(
            [[Constant(0), Constant(3), Constant(6)], [Constant(0), Constant(0), Constant(0)]], 1, 5, [(0, 1)], seed: 11, resamples: 100);

        var difference = statistics.Differences[0][0];
        difference.Value.ShouldBe(3, 1e-12);
        difference.Lower.ShouldBe(3 - (4.3027 * Math.Sqrt(3)), 1e-3);
        difference.Upper.ShouldBe(3 + (4.3027 * Math.Sqrt(3)), 1e-3);
        difference.Detectable.ShouldBe((4.3027 + 1.0607) * Math.Sqrt(3), 1e-3);
        statistics.Figures[0][0].Spread.ShouldBe(3, 1e-12);
    }

    [Fact]
    public void Rows_that_all_seeds_judge_alike_are_not_counted_for_every_seed()
    {
        // All seeds have the same share, so training adds nothing and the interval is that of one seed.
        static CountedMeasure Share() => (counts, values) => values[0] = counts[..40].ToArray().Sum() / 100.0;
        var one = ArmBootstrap.Run([[Share]], 1, 100, [], seed: 5, resamples: 2000).Figures[0][0];
        var three = ArmBootstrap.Run([[Share, Share, Share]], 1, 100, [], seed: 5, resamples: 2000).Figures[0][0];

        (three.Upper - three.Lower).ShouldBe(one.Upper - one.Lower, 1e-9);
        (one.Upper - one.Lower).ShouldBe(2 * 1.96 * Math.Sqrt(0.4 * 0.6 / 100), 0.01);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    [InlineData(3.0)]
    public void Intervals_over_rows_and_trainings_miss_the_truth_about_as_often_as_they_say(double betweenTrainings)
    {
        // Row i counts (e_i + f_si) for seed s, plus what the training adds; e and f have variance 1, rows are 100, trainings 3; the truth is 0.
        var random = new SeededRandom(21);
        var missed = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            double[] common = [.. Enumerable.Range(0, 100).Select(_ => random.NextGaussian())];
            var seeds = Enumerable.Range(0, 3).Select(_ =>
            {
                var training = betweenTrainings * random.NextGaussian();
                double[] rows = [.. common.Select(c => c + random.NextGaussian() + training)];
                return (Func<CountedMeasure>)(() => (counts, values) =>
                {
                    double sum = 0;
                    for (var i = 0; i < rows.Length; i++)
                    {
                        sum += counts[i] * rows[i];
                    }

                    values[0] = sum / rows.Length;
                });
            }).ToArray();
            var figure = ArmBootstrap.Run([seeds], 1, 100, [], (ulong)trial, resamples: 200).Figures[0][0];
            missed += figure.Lower > 0 || figure.Upper < 0 ? 1 : 0;
        }

        // 5 % of 400 are 20; the worst case by simulation is 7.5 %.
        missed.ShouldBeInRange(6, 40);
    }

    [Fact]
    public void Folds_are_ranked_each_by_themselves_and_everything_else_together()
    {
        // Each fold ranks without a fault, but the second one's probabilities lie above all of the first's: together a bad row of the
        // first is below a good one of the second.
        var first = Predictions.Of([0.1, 0.2, 0.3], [false, false, true]);
        var second = Predictions.Of([0.6, 0.7, 0.9, 0.8], [false, false, true, true]);
        var pool = Predictions.Of([0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 0.8], [false, false, true, false, false, true, true]);

        var figures = ArmBootstrap.Metrics([[new FoldedPredictions(pool, first, second)]], [], seed: 1, resamples: 50).Figures[0];

        figures[(int)Metric.Ks].Mean.ShouldBe(1);
        figures[(int)Metric.Auc].Mean.ShouldBe(1);
        pool.Measure()[Metric.Auc].ShouldBe(10 / 12.0, 1e-12);
        figures[(int)Metric.Acc].Mean.ShouldBe(pool.Measure()[Metric.Acc]);
        figures[(int)Metric.Brier].Mean.ShouldBe(pool.Measure()[Metric.Brier]);
    }

    [Fact]
    public void Figures_of_folds_are_weighted_by_rows_and_by_pairs()
    {
        // By hand: the first fold has KS 1 and AUC 1 of 1 · 1 pairs, the second KS 1/2 and AUC 3/4 of 2 · 2.
        var first = Predictions.Of([0.1, 0.2], [false, true]);
        var second = Predictions.Of([0.9, 0.8, 0.7, 0.6], [true, false, true, false]);
        var pool = Predictions.Of([0.1, 0.2, 0.9, 0.8, 0.7, 0.6], [false, true, true, false, true, false]);

        var figures = ArmBootstrap.Metrics([[new FoldedPredictions(pool, first, second)]], [], seed: 1, resamples: 50).Figures[0];

        figures[(int)Metric.Ks].Mean.ShouldBe(((2 * 1) + (4 * 0.5)) / 6, 1e-12);
        figures[(int)Metric.Auc].Mean.ShouldBe(((1 * 1) + (4 * 0.75)) / 5, 1e-12);
    }

    [Fact]
    public void Rows_alone_give_the_standard_error_of_a_share()
    {
        // One seed: the share of row 0 … 39 among 100 rows; √(0.4 · 0.6 / 100).
        static CountedMeasure Share() => (counts, values) => values[0] = counts[..40].ToArray().Sum() / 100.0;
        static CountedMeasure Zero() => (_, values) => values[0] = 0;
        var difference = ArmBootstrap.Run([[Share], [Zero]], 1, 100, [(0, 1)], seed: 5, resamples: 10_000).Differences[0][0];

        (difference.Detectable / (1.959964 + 0.841621)).ShouldBe(Math.Sqrt(0.4 * 0.6 / 100), 0.001);
    }

    [Fact]
    public void One_seed_agrees_with_the_figures_of_a_single_model()
    {
        var rows = Of([0, 3], generated: true);
        var figures = ArmBootstrap.Metrics([[new FoldedPredictions(rows)]], [], seed: 1, resamples: 100).Figures[0];

        foreach (var (metric, value) in rows.Measure())
        {
            figures[(int)metric].Mean.ShouldBe(value, 1e-12, metric.ToString());
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        ArmStatistics Once() => ArmBootstrap.Metrics([[One([1]), One([2])], [One([]), One([3])]], [(0, 1)], seed: 9, resamples: 100);

        Once().Differences[0][(int)Metric.Auc].ShouldBe(Once().Differences[0][(int)Metric.Auc]);
    }

    [Fact]
    public void Arms_on_other_rows_or_with_other_seeds_cannot_be_compared()
    {
        var others = new FoldedPredictions(Predictions.Of([0.1, 0.9], [false, true]));

        Should.Throw<ArgumentException>(() => ArmBootstrap.Metrics([[One([])], [others]], [(0, 1)], 1, 100)).Message.ShouldContain("10 and 2 rows");
        Should.Throw<ArgumentException>(() => ArmBootstrap.Metrics([[One([])], [One([]), One([1])]], [(0, 1)], 1, 100)).Message.ShouldContain("same seeds");
    }

    [Fact]
    public void Fairness_under_resampling_begins_with_the_figures_of_the_rows_as_they_are()
    {
        string[] groups = [.. Enumerable.Range(0, 160).Select(i => i < 60 ? "a" : i < 150 ? "b" : "small")];
        double[] probabilities = [.. Enumerable.Range(0, 160).Select(i => (i * 37 % 100) / 100.0)];
        bool[] positive = [.. Enumerable.Range(0, 160).Select(i => i * 53 % 10 < 4)];
        var expected = Fairness.Measure("f", groups, probabilities, positive);
        var pass = new FairnessPass(groups, probabilities, positive);
        var values = new double[FairnessPass.Size];

        pass.Run([.. Enumerable.Repeat(1, 160)], values);

        values.ShouldBe([expected.ParityRatio!.Value, expected.ParityDifference!.Value, expected.EqualOpportunity!.Value, expected.AverageOdds!.Value], 1e-12);
    }

    [Fact]
    public void One_group_alone_has_no_fairness_figures()
    {
        var pass = new FairnessPass([.. Enumerable.Repeat("a", 60)], [.. Enumerable.Repeat(0.2, 60)], [.. Enumerable.Range(0, 60).Select(i => i < 30)]);
        var values = new double[FairnessPass.Size];

        pass.Run([.. Enumerable.Repeat(1, 60)], values);

        pass.IsEmpty.ShouldBeTrue();
        values.ShouldAllBe(v => double.IsNaN(v));
    }

    private static FoldedPredictions One(int[] wrong) => new(Of(wrong));

    /// <summary>Ten rows, right but for those named, which are just wrong.</summary>
    private static Predictions Of(int[] wrong, bool generated = false) => Predictions.Of(
        [.. Positive.Select((p, i) => p != wrong.Contains(i) ? 0.6 + (i / 100.0) : 0.4 - (i / 100.0))],
        Positive,
        generated ? [.. Positive.Select((_, i) => wrong.Contains(i) ? Predictions.Generated.Wrong : Predictions.Generated.Right)] : null);
}
