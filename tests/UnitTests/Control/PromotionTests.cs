using Shouldly;
using Xunit;
using ZiGong.Control;

namespace ZiGong.UnitTests.Control;

public sealed class PromotionTests
{
    [Fact]
    public void The_first_model_that_passes_every_gate_is_promoted() => Promotion.ReasonsAgainst([], 100, null).ShouldBeEmpty();

    [Theory]
    [InlineData(100)]
    [InlineData(99)]
    public void Data_as_old_as_the_champions_or_newer_may_replace_it(long championWatermark) =>
        Promotion.ReasonsAgainst([], 100, championWatermark).ShouldBeEmpty();

    [Fact]
    public void Older_data_never_promotes_by_itself() =>
        Promotion.ReasonsAgainst([], 100, 101).ShouldHaveSingleItem().ShouldBe("older data: the snapshot ends at sample 100, the champion's at 101");

    [Fact]
    public void Every_failed_gate_stays_a_reason() =>
        Promotion.ReasonsAgainst(
            ["Ks: 0.1", "Miss: 0.5"], 100, 101).ShouldBe(["Ks: 0.1", "Miss: 0.5", "older data: the snapshot ends at sample 100, the champion's at 101"]);
}
