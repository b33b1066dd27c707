using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using static ZiGong.UnitTests.Credit.Encodings.EncodingFixtures;

namespace ZiGong.UnitTests.Credit.Encodings;

public sealed class DriftTests
{
    [Fact]
    public void Two_bins_worked_by_hand()
    {
        var drift = Drift.Of("f", [50, 50], [80, 20]);

        drift.Psi.ShouldBe((0.3 * Math.Log(1.6)) + (-0.3 * Math.Log(0.4)), 1e-12);
        drift.Noise.ShouldBe(0.02, 1e-12);
        drift.Alarm.ShouldBeTrue();
    }

    [Fact]
    public void An_empty_bin_counts_as_a_ten_thousandth()
    {
        var drift = Drift.Of("f", [100, 0, 0], [90, 10, 0]);

        drift.Psi.ShouldBe((-0.1 * Math.Log(0.9)) + ((0.1 - 1e-4) * Math.Log(1000)), 1e-12);
        drift.Noise.ShouldBe(0.02, 1e-12); // the bin empty on both sides adds no noise
    }

    [Fact]
    public void The_training_side_does_not_drift_from_itself() =>
        Drift.Measure(Fitted, Train).ShouldAllBe(d => d.Psi == 0 && !d.Alarm);

    [Fact]
    public void Missing_and_unseen_values_are_drift()
    {
        var changed = Enumerable.Range(0, 100).Select(i => Of(i, ("sex", "1"), ("region", "moon"))).ToArray();

        var drift = Drift.Measure(Fitted, changed);

        drift.Select(d => d.Field).ShouldBe(["limit", "sex", "region"]);
        drift.ShouldAllBe(d => d.Psi > 1 && d.Alarm);
    }

    [Fact]
    public void The_expected_noise_is_what_unchanged_data_give()
    {
        var random = new SeededRandom(1);
        int[] Draw(int n)
        {
            var counts = new int[10];
            for (var i = 0; i < n; i++)
            {
                counts[random.NextInt(10)]++;
            }

            return counts;
        }

        var drifts = Enumerable.Range(0, 300).Select(_ => Drift.Of("f", Draw(2000), Draw(500))).ToArray();

        drifts.Average(d => d.Psi).ShouldBe(drifts[0].Noise, 0.1 * drifts[0].Noise);
        drifts[0].Noise.ShouldBe(9 * 0.0025, 1e-12);
    }

    [Fact]
    public void Few_rows_alone_raise_no_alarm() =>
        Drift.Of("f", [3, 2, 3, 2], [1, 4, 2, 3]).ShouldSatisfyAllConditions(d => d.Psi.ShouldBeGreaterThan(0.25), d => d.Alarm.ShouldBeFalse());

    /// <summary>Twelve codes, nine of them rare; 800 rows before, 100 after, as German has.</summary>
    private static readonly double[] RareCodes = [0.5, 0.3, 0.12, 0.02, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.005];

    [Fact]
    public void Rare_values_among_few_rows_raise_hardly_any_alarm()
    {
        var random = new SeededRandom(21);
        var drifts = Enumerable.Range(0, 300).Select(_ => Drift.Of("purpose", Draw(random, RareCodes, 800), Draw(random, RareCodes, 100))).ToArray();

        drifts.Count(d => d.Psi > d.NoiseLimit).ShouldBeInRange(2, 40); // 5 % is what the limit says, and a tail of few rare codes is not quite gamma
        drifts.Count(d => d.Alarm).ShouldBeLessThanOrEqualTo(15);
        drifts.Count(d => d.Psi > 0.1).ShouldBePositive();
    }

    [Fact]
    public void A_change_of_the_common_codes_still_raises_it()
    {
        double[] changed = [0.2, 0.3, 0.3, 0.1, 0.05, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.005];
        var random = new SeededRandom(22);
        var drifts = Enumerable.Range(0, 100).Select(_ => Drift.Of("purpose", Draw(random, RareCodes, 800), Draw(random, changed, 100))).ToArray();

        drifts.Count(d => d.Alarm).ShouldBeGreaterThanOrEqualTo(95);
    }

    [Fact]
    public void Without_rare_bins_the_limit_is_that_of_chi_square()
    {
        // (1/n + 1/m)·χ²(9; .95) = .0025·16.919
        var random = new SeededRandom(23);
        double[] tenths = [.. Enumerable.Repeat(0.1, 10)];

        Enumerable.Range(0, 20).Average(_ => Drift.Of("f", Draw(random, tenths, 2000), Draw(random, tenths, 500)).NoiseLimit!.Value)
            .ShouldBe(0.0025 * 16.919, 0.005);
    }

    [Fact]
    public void More_fields_looked_at_together_raise_the_limit() =>
        Drift.Of("f", [50, 50], [80, 20], fields: 20).NoiseLimit!.Value.ShouldBeGreaterThan(Drift.Of("f", [50, 50], [80, 20]).NoiseLimit!.Value);

    [Fact]
    public void Scores_of_one_distribution_are_stable_and_a_shift_is_seen()
    {
        var random = new SeededRandom(24);
        double[] Scores(int n, double shift) => [.. Enumerable.Range(0, n).Select(_ => random.NextGaussian() + shift)];
        var (before, same, later) = (Scores(500, 0), Scores(1000, 0), Scores(1000, 1));

        Drift.OfScores("model", before, same).Alarm.ShouldBeFalse();
        Drift.OfScores("model", before, later).Alarm.ShouldBeTrue();
        Drift.OfScores("model", before, before).Psi.ShouldBe(0);
        Drift.OfScores("model", [.. before.Select(Math.Exp)], [.. later.Select(Math.Exp)]).Psi.ShouldBe(Drift.OfScores("model", before, later).Psi, 1e-12);
    }

    [Fact]
    public void Constant_scores_have_one_bin_and_no_drift_until_they_change()
    {
        Drift.OfScores("model", [0.2, 0.2, 0.2], [0.2, 0.2]).Psi.ShouldBe(0);
        Drift.OfScores("model", [0.2, 0.2, 0.2], [0.1, 0.1]).Psi.ShouldBeGreaterThan(1);
    }

    private static int[] Draw(SeededRandom random, double[] shares, int n)
    {
        var counts = new int[shares.Length];
        for (var i = 0; i < n; i++)
        {
            var at = random.NextDouble() * shares.Sum();
            var bin = 0;
            while (bin < shares.Length - 1 && at >= shares[bin])
            {
                at -= shares[bin++];
            }

            counts[bin]++;
        }

        return counts;
    }

    [Fact]
    public void Nothing_on_one_side_is_refused() =>
        Should.Throw<ArgumentException>(() => Drift.Of("f", [1, 2], [0, 0])).Message.ShouldContain("got 3 and 0");
}
