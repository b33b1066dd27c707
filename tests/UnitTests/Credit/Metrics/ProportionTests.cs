using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class ProportionTests
{
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)] // Newcombe (1998), Statistics in Medicine 17, table I: Wilson's score method without continuity correction
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_the_published_one(int successes, int rows, double lower, double upper)
    {
        var interval = Proportion.Wilson(successes, rows)!;

        interval.Value.ShouldBe(successes / (double)rows, 1e-12);
        interval.Lower.ShouldBe(lower, 6e-5);
        interval.Upper.ShouldBe(upper, 6e-5);
    }

    [Fact]
    public void No_rows_have_no_share() => Proportion.Wilson(0, 0).ShouldBeNull();

    [Fact]
    public void The_interval_covers_the_truth_about_as_often_as_it_says()
    {
        var random = new SeededRandom(3);
        var covered = 0;
        for (var i = 0; i < 2000; i++)
        {
            var hits = Enumerable.Range(0, 80).Count(_ => random.NextDouble() < 0.15);
            covered += Proportion.Wilson(hits, 80) is { } interval && interval.Lower <= 0.15 && interval.Upper >= 0.15 ? 1 : 0;
        }

        (covered / 2000.0).ShouldBe(0.95, 0.025);
    }

    [Fact]
    public void The_other_outcome_has_the_mirrored_interval()
    {
        for (var k = 0; k <= 30; k++)
        {
            var (one, other) = (Proportion.Wilson(k, 30)!, Proportion.Wilson(30 - k, 30)!);
            one.Lower.ShouldBe(1 - other.Upper, 1e-12);
            one.Lower.ShouldBeInRange(0, one.Value);
            one.Upper.ShouldBeInRange(one.Value, 1);
        }
    }
}
