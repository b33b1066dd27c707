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

    [Fact]
    public void Nothing_on_one_side_is_refused() =>
        Should.Throw<ArgumentException>(() => Drift.Of("f", [1, 2], [0, 0])).Message.ShouldContain("got 3 and 0");
}
