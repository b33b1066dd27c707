using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Splits;

namespace ZiGong.UnitTests.Credit.Splits;

/// <summary>Months as numbers, and periods of one, two and many months, by hand.</summary>
public sealed class SplitTimeTests
{
    [Theory]
    [InlineData("2024-01-01T00:00:00Z", 24288)]
    [InlineData("2024-02-15T12:00:00Z", 24289.5)] // 14.5 of February's 29 days
    [InlineData("2023-02-15T00:00:00Z", 24277.5)] // 14 of 28
    [InlineData("2024-12-31T23:59:59Z", 24299.99999)]
    [InlineData("0001-01-01T00:00:00Z", 12)]
    [InlineData("2024-01-01T01:00:00+02:00", 24287.9987)] // the last hour of December, in UTC
    public void A_time_is_its_month_and_the_share_of_it_that_has_passed(string time, double months) =>
        SplitTime.Months(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(months, 1e-4);

    [Fact]
    public void The_next_month_begins_where_this_one_ends()
    {
        for (var month = 24_000; month < 24_030; month++)
        {
            var start = SplitTime.MonthStart(month);
            SplitTime.MonthIndex(start).ShouldBe(month);
            SplitTime.Months(start).ShouldBe(month);
            SplitTime.Months(start.AddSeconds(-1)).ShouldBeLessThan(month);
            SplitTime.MonthIndex(start.AddTicks(-1)).ShouldBe(month - 1);
        }
    }

    [Theory]
    [InlineData(long.MinValue, "0001-01")]
    [InlineData(-5, "0001-01")]
    [InlineData(12, "0001-01")]
    [InlineData(13, "0001-02")]
    [InlineData(119_999, "9999-12")]
    [InlineData(long.MaxValue, "9999-12")]
    public void Beyond_the_calendar_is_its_first_or_last_month(long index, string month) => $"{SplitTime.MonthStart(index):yyyy-MM}".ShouldBe(month);

    [Fact]
    public void A_period_without_times_counts_by_its_place()
    {
        new SplitPeriod(3, null, null, 10).Months.ShouldBe(3);
        new SplitPeriod(3, SplitTime.MonthStart(24_000), SplitTime.MonthStart(24_002), 10).Months
            .ShouldBe(24_002, "the end of a period is its checkpoint's time");
    }

    [Fact]
    public void The_sides_of_a_plan_are_counted_and_without_times_the_last_period_is_now()
    {
        var plan = new SplitPlan
        {
            Mode = ZiGong.Credit.Descriptors.SplitMode.Pools, Sides = [Side.Train, Side.Test, Side.Train, Side.Idle], PeriodOf = [0, -1, 1, -1],
            Periods = [new(0, null, null, 1), new(1, null, null, 1)], DecayIdentified = false, Notes = [],
        };

        new[] { Side.Train, Side.Reference, Side.Test, Side.Idle }.Select(plan.Count).ShouldBe([2, 0, 1, 1]);
        plan.AsOfMonths.ShouldBe(1);
        (plan with { AsOf = SplitTime.MonthStart(24_002) }).AsOfMonths.ShouldBe(24_002);
    }
}
