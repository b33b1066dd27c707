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
        var arm = ArmBootstrap.Metrics([[Of([]), Of([0, 3])]], [], seed: 1, resamples: 200).Figures[0][(int)Metric.Acc];

        arm.PerSeed.ShouldBe([1.0, 0.8]);
        arm.Mean.ShouldBe(0.9, 1e-12);
        arm.Spread.ShouldBe(0.1 * Math.Sqrt(2), 1e-12);
    }

    [Fact]
    public void An_arm_does_not_differ_from_itself_whatever_rows_and_seeds_are_drawn()
    {
        IReadOnlyList<Predictions> arm = [Of([1]), Of([0, 3])];
        var difference = ArmBootstrap.Metrics([arm, arm], [(0, 1)], seed: 1, resamples: 200).Differences[0];

        difference.Where((_, i) => i is not ((int)Metric.Miss or (int)Metric.AccGenerated)).ShouldAllBe(d => d.Value == 0 && d.Lower == 0 && d.Upper == 0 && d.Detectable == 0);
    }

    [Fact]
    public void A_constant_advantage_in_every_row_and_seed_has_an_interval_of_no_width()
    {
        // Figures 0.5 and 0.2 whatever is drawn: pairing removes everything else.
        static Func<CountedMeasure> Constant(double value) => () => (_, values) => values[0] = value;
        var difference = ArmBootstrap.Run([[Constant(0.5), Constant(0.5)], [Constant(0.2), Constant(0.2)]], 1, 7, [(0, 1)], seed: 3, resamples: 100).Differences[0][0];

        difference.Value.ShouldBe(0.3, 1e-12);
        difference.Lower.ShouldBe(0.3, 1e-12);
        difference.Upper.ShouldBe(0.3, 1e-12);
    }

    [Fact]
    public void Seeds_alone_give_the_variance_of_their_mean_as_it_is_estimated_from_a_sample()
    {
        // Three seeds with 0, 3 and 6, no matter the rows: standard deviation 3, so that of the mean is 3/√3. Plain resampling of seeds would give √(2/3) of it.
        static Func<CountedMeasure> Constant(double value) => () => (_, values) => values[0] = value;
        var statistics = ArmBootstrap.Run(
            [[Constant(0), Constant(3), Constant(6)], [Constant(0), Constant(0), Constant(0)]], 1, 5, [(0, 1)], seed: 11, resamples: 20_000);

        (statistics.Differences[0][0].Detectable / (1.959964 + 0.841621)).ShouldBe(Math.Sqrt(3), 0.03);
        statistics.Figures[0][0].Mean.ShouldBe(3, 1e-12);

        // The extremes that three draws can come to: all of one seed, scaled by √(3/2).
        statistics.Figures[0][0].Lower.ShouldBe(3 - (3 * Math.Sqrt(1.5)), 1e-9);
        statistics.Figures[0][0].Upper.ShouldBe(3 + (3 * Math.Sqrt(1.5)), 1e-9);
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
        var figures = ArmBootstrap.Metrics([[rows]], [], seed: 1, resamples: 100).Figures[0];

        foreach (var (metric, value) in rows.Measure())
        {
            figures[(int)metric].Mean.ShouldBe(value, 1e-12, metric.ToString());
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        ArmStatistics Once() => ArmBootstrap.Metrics([[Of([1]), Of([2])], [Of([]), Of([3])]], [(0, 1)], seed: 9, resamples: 100);

        Once().Differences[0][(int)Metric.Auc].ShouldBe(Once().Differences[0][(int)Metric.Auc]);
    }

    [Fact]
    public void Arms_on_other_rows_or_with_other_seeds_cannot_be_compared()
    {
        var others = Predictions.Of([0.1, 0.9], [false, true]);

        Should.Throw<ArgumentException>(() => ArmBootstrap.Metrics([[Of([])], [others]], [(0, 1)], 1, 100)).Message.ShouldContain("10 and 2 rows");
        Should.Throw<ArgumentException>(() => ArmBootstrap.Metrics([[Of([])], [Of([]), Of([1])]], [(0, 1)], 1, 100)).Message.ShouldContain("same seeds");
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

    /// <summary>Ten rows, right but for those named, which are just wrong.</summary>
    private static Predictions Of(int[] wrong, bool generated = false) => Predictions.Of(
        [.. Positive.Select((p, i) => p != wrong.Contains(i) ? 0.6 + (i / 100.0) : 0.4 - (i / 100.0))],
        Positive,
        generated ? [.. Positive.Select((_, i) => wrong.Contains(i) ? Predictions.Generated.Wrong : Predictions.Generated.Right)] : null);
}
