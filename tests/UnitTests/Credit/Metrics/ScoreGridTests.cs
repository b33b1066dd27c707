using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class ScoreGridTests
{
    [Fact]
    public void Rounding_errors_of_a_float_are_ties_nearly_always()
    {
        var random = new SeededRandom(1);
        var apart = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var logOdds = 3 * random.NextGaussian();
            apart += ScoreGrid.Probability(logOdds) == ScoreGrid.Probability(logOdds + 1e-6) ? 0 : 1;
        }

        apart.ShouldBeInRange(1, 30); // 1e-6 of a step of 1/1024: 10 are expected
    }

    [Fact]
    public void No_probability_moves_by_more_than_stated_and_the_order_stays()
    {
        var before = double.NaN;
        for (var logOdds = -20.0; logOdds < 20; logOdds += 0.002)
        {
            var p = ScoreGrid.Probability(logOdds);
            p.ShouldBe(1 / (1 + Math.Exp(-logOdds)), 1.23e-4);
            (p <= before).ShouldBeFalse(); // 0.002 is more than two steps
            before = p;
        }
    }

    [Fact]
    public void Small_probabilities_of_rare_outcomes_keep_their_order() =>
        ScoreGrid.Probability(Math.Log(2e-9)).ShouldBeGreaterThan(1.9 * ScoreGrid.Probability(Math.Log(1e-9)));

    [Fact]
    public void Of_several_answers_it_is_the_softmax()
    {
        double[] logs = [Math.Log(0.5), Math.Log(0.25), Math.Log(0.125)];

        for (var i = 0; i < logs.Length; i++)
        {
            ScoreGrid.Probability([.. logs.Select(l => l - 900)], i).ShouldBe(Math.Exp(logs[i]) / 0.875, 1.23e-4);
        }

        ScoreGrid.Probability([-1000.0, -2.0], 0).ShouldBe(0);
        ScoreGrid.Probability([-2.0, -1000.0], 0).ShouldBe(1);
        ScoreGrid.Probability([-3.5, -3.5], 1).ShouldBe(0.5);
    }

    [Theory]
    [InlineData(double.NaN, -1.0)]
    [InlineData(-1.0, double.NaN)]
    [InlineData(double.NegativeInfinity, double.NegativeInfinity)]
    public void What_is_no_number_stays_none(double one, double other)
    {
        ScoreGrid.Probability([one, other], 0).ShouldBe(double.NaN);
        ScoreGrid.Probability([one, other], 1).ShouldBe(double.NaN);
    }
}
