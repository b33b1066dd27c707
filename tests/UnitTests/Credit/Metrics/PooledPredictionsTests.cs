using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;
using static ZiGong.Credit.Metrics.Predictions;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class PooledPredictionsTests
{
    [Fact]
    public void Folds_are_put_together_by_rising_id() => PooledPredictions.Pool(
        [new("c", true, 0.5), new("a", false, 0.25)],
        [new("b", true, 0.75)]).ShouldBe([new("a", false, 0.25), new("b", true, 0.75), new("c", true, 0.5)]);

    [Fact]
    public void A_sample_of_several_models_gets_their_mean_and_keeps_what_they_agree_on()
    {
        var pooled = PooledPredictions.Pool(
            [new("a", true, 0.25, Generated.Right), new("b", true, 0.5, Generated.Right)],
            [new("a", true, 0.75, Generated.Miss), new("b", true, 0.5, Generated.Right)]);

        pooled.ShouldBe([new("a", true, 0.5), new("b", true, 0.5, Generated.Right)]);
    }

    [Fact]
    public void Sets_of_other_data_are_refused() =>
        Should.Throw<InputException>(() => PooledPredictions.Pool([new("a", true, 0.5)], [new("a", false, 0.5)])).Message.ShouldContain("sample a");

    [Fact]
    public void Groups_too_small_in_every_fold_are_compared_in_the_pool()
    {
        SamplePrediction[] Fold(int fold) => [.. Enumerable.Range(fold * 40, 40).Select(i => new SamplePrediction($"{i:x4}", i % 5 == 0, i % 4 == 0 ? 0.6 : 0.2))];
        static string GroupOf(string id) => Convert.ToInt32(id, 16) % 2 == 0 ? "even" : "odd";

        PooledPredictions.Fairness("parity", GroupOf, Fold(0), seed: 1, resamples: 100).ParityRatio.ShouldBeNull();
        var report = PooledPredictions.Fairness("parity", GroupOf, PooledPredictions.Pool([.. Enumerable.Range(0, 5).Select(Fold)]), seed: 1, resamples: 100);

        // Of the even ones every other is refused, of the odd ones none.
        report.ParityRatio.ShouldBe(0.5);
        report.Groups.Select(g => (g.Group, g.Count, g.Positives)).ShouldBe([("even", 100, 20), ("odd", 100, 20)]);
        report.Intervals!.ParityRatio!.Lower.ShouldBeInRange(0.35, 0.48);
        report.Intervals.ParityRatio.Upper.ShouldBeInRange(0.52, 0.65);
    }

    [Fact]
    public void The_order_of_the_sets_does_not_matter()
    {
        var random = new SeededRandom(2);
        SamplePrediction[][] sets = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, 50).Where(_ => random.NextInt(2) == 0).Select(i => new SamplePrediction($"{i}", i % 3 == 0, random.NextDouble())).ToArray())];

        PooledPredictions.Pool(sets[1], sets[0]).ShouldBe(PooledPredictions.Pool(sets[0], sets[1]));
    }
}
