using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Reports.Runs;

namespace ZiGong.UnitTests.Reports.Runs;

public sealed class ProgressTextTests
{
    [Theory]
    [InlineData(12, 80, "12/80")]
    [InlineData(12.34, 80, "12.3/80")]
    [InlineData(11.9999999, 80, "12/80")]
    [InlineData(0.04, 80, "0.0/80")]
    [InlineData(3, 0, "3")]
    [InlineData(0, 0, "0")]
    public void An_amount_is_whole_where_it_is(double done, double total, string text) => ProgressText.Amount(Progress(done, total, 10)).ShouldBe(text);

    [Fact]
    public void Stages_that_have_not_begun_or_are_over_are_left_out_of_the_line() =>
        ProgressText.Line([Progress(5, 5, 10), Progress(20, 80, 10) with { Stage = Stage.Partials }, Progress(0, 80, 0) with { Stage = Stage.Scores }])
            .ShouldBe("Partials 20/80 shards, 2/s, 30 s left");

    [Fact]
    public void Before_a_rate_is_known_no_time_is_foretold() => ProgressText.Line([Progress(0, 80, 3)]).ShouldBe("Gradients 0/80 shards");

    [Fact]
    public void A_stage_whose_total_is_unknown_is_never_finished()
    {
        var progress = Progress(7, 0, 7);

        (progress.Finished, progress.Remaining).ShouldBe((false, null));
        ProgressText.Line([progress]).ShouldBe("Gradients 7 shards, 1/s");
    }

    [Fact]
    public void A_crawling_stage_foretells_no_time_that_no_clock_can_hold() =>
        Progress(1e-9, 1e12, 1000).Remaining.ShouldBe(TimeSpan.FromSeconds(1e8));

    [Fact]
    public void With_nothing_under_way_the_stages_are_counted() => ProgressText.Line([Progress(5, 5, 10), Progress(0, 0, 0)]).ShouldBe("1 of 2 stages done");

    private static StageProgress Progress(double done, double total, double seconds) =>
        new(Stage.Gradients, done, total, "shards", 0, 0, TimeSpan.FromSeconds(seconds), 0);
}
