using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;

namespace ZiGong.UnitTests.Influence;

/// <summary>Scores of random partial scores against the formula written out, sample by sample, for every clock.</summary>
public sealed class TracSeqFormulaTests
{
    [Theory]
    [InlineData(DecayClock.Checkpoint, 1)]
    [InlineData(DecayClock.Checkpoint, 0.9)]
    [InlineData(DecayClock.Checkpoint, 0.05)]
    [InlineData(DecayClock.Sample, 0.9)]
    [InlineData(DecayClock.Sample, 0.3)]
    [InlineData(DecayClock.Both, 0.9)]
    [InlineData(DecayClock.Both, 1)]
    public void Scores_are_the_formula_of_the_paper(DecayClock clock, double gamma)
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var random = new SeededRandom((ulong)seed);
            var (samples, count) = (1 + random.NextInt(12), 2 + random.NextInt(6));
            string[] ids = [.. Enumerable.Range(0, samples).Select(i => $"s{i}")];
            double?[] observed = [.. Enumerable.Range(0, samples).Select(i => (double?)(90 + i + random.NextDouble()))];
            CheckpointPartials[] checkpoints =
            [
                .. Enumerable.Range(1, count).Select(n => new CheckpointPartials(n, 90 + n + random.NextDouble(), [.. ids.Select(_ => random.NextGaussian())])),
            ];
            const double asOf = 100;

            var scores = TracSeq.Combine(ids, observed, checkpoints, asOf, new DecayOptions(gamma, clock)).Values;

            for (var i = 0; i < samples; i++)
            {
                scores[i].ShouldBe(Written(checkpoints, i, observed[i]!.Value, asOf, clock, gamma, ages: samples > 1), 1e-9);
            }
        }
    }

    [Fact]
    public void A_sample_seen_after_the_as_of_time_does_not_grow() =>
        TracSeq.Combine(["a", "b"], [105, 99], [new(1, 99, [2, 2])], 100, new DecayOptions(0.5, DecayClock.Sample)).Values.ShouldBe([2, 1]);

    [Fact]
    public void Decay_never_turns_a_sign_nor_makes_a_score_larger()
    {
        var random = new SeededRandom(3);
        string[] ids = [.. Enumerable.Range(0, 200).Select(i => $"{i}")];
        double?[] observed = [.. ids.Select(_ => (double?)(80 + (20 * random.NextDouble())))];
        CheckpointPartials[] one = [new(1, 99, [.. ids.Select(_ => random.NextGaussian())])];

        var plain = TracSeq.Combine(ids, observed, one, 100, new DecayOptions()).Values;
        var aged = TracSeq.Combine(ids, observed, one, 100, new DecayOptions(0.7, DecayClock.Sample)).Values;

        plain.Zip(aged).ShouldAllBe(p => Math.Sign(p.First) == Math.Sign(p.Second) && Math.Abs(p.Second) <= Math.Abs(p.First));
        plain.Zip(aged).Where(p => p.First < 0).ShouldAllBe(p => p.First == p.Second, "a stale negative must not outrank a fresh one");
    }

    [Fact]
    public void Without_samples_there_are_no_scores_but_weights() =>
        TracSeq.Combine([], [], [new(1, 1, []), new(2, 2, [])], 2, new DecayOptions(0.5)).ShouldSatisfyAllConditions(
            s => s.Values.ShouldBeEmpty(), s => s.Weights.Select(w => w.Weight).ShouldBe([0.5, 1]));

    [Fact]
    public void Observation_times_that_do_not_match_the_samples_are_refused() =>
        Should.Throw<ArgumentException>(() => TracSeq.Combine(["a", "b"], [1], [new(1, 1, [1, 1])], 2, new DecayOptions(0.5, DecayClock.Sample)))
            .Message.ShouldBe("1 observation times for 2 samples");

    [Fact]
    public void Nothing_is_dropped_where_nothing_may_change_and_all_but_nothing_where_all_may()
    {
        CheckpointPartials[] checkpoints = [new(0, 0, [9, 9]), new(1, 1, [1, 0]), new(2, 2, [0, 2])];

        var nothing = TracSeq.Drop(["a", "b"], checkpoints, 2, new DecayOptions(), limit: 0);
        (nothing.Dropped.Count, nothing.Bound, nothing.LargestScore).ShouldBe((0, 0, 2));
        TracSeq.Drop(["a", "b"], checkpoints, 2, new DecayOptions(), limit: 10).Dropped.ShouldBe([1, 2]);
        TracSeq.Drop(["a"], [new(1, 1, [0])], 2, new DecayOptions(), limit: 0.1).RelativeBound.ShouldBe(0);
    }

    private static double Written(CheckpointPartials[] checkpoints, int sample, double observed, double asOf, DecayClock clock, double gamma, bool ages)
    {
        var sum = 0.0;
        foreach (var checkpoint in checkpoints)
        {
            sum += (clock == DecayClock.Sample ? 1 : Math.Exp(Math.Log(gamma) * (asOf - checkpoint.Time!.Value))) * checkpoint.Partials[sample];
        }

        return clock != DecayClock.Checkpoint && ages && sum > 0 ? sum * Math.Exp(Math.Log(gamma) * Math.Max(0, asOf - observed)) : sum;
    }
}
