using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.UnitTests.Reports.Words;

/// <summary>Figures as people read them, at the edges where one form gives way to the next.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1000, "1,000")]
    [InlineData(1234567, "1,234,567")]
    [InlineData(-1234, "-1,234")]
    [InlineData(2.4, "2")]
    [InlineData(2.6, "3")]
    public void Counts_are_whole_with_thousands_apart(double value, string text) => Format.Count(value).ShouldBe(text);

    [Theory]
    [InlineData(0.0004, "0.000")]
    [InlineData(0.0006, "0.001")]
    [InlineData(-0.25, "-0.250")]
    [InlineData(12345.6789, "12345.679")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    [InlineData(double.NegativeInfinity, "-")]
    public void Figures_have_three_places_and_none_where_there_is_no_number(double value, string text) => Format.Figure(value).ShouldBe(text);

    [Theory]
    [InlineData(0, "0.0 %")]
    [InlineData(1, "100.0 %")]
    [InlineData(0.1234, "12.3 %")]
    [InlineData(0.00049, "0.0 %")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    public void Shares_are_percentages_with_one_place(double value, string text) => Format.Share(value).ShouldBe(text);

    [Theory]
    [InlineData(123456.7, "123457")]
    [InlineData(1234567, "1.23457E+06")]
    [InlineData(0.000012345678, "1.23457E-05")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0, "0")]
    public void Scores_have_six_digits_whatever_their_size(double value, string text) => Format.Score(value).ShouldBe(text);

    [Theory]
    [InlineData(0.12349, "+0.123")]
    [InlineData(-0.12349, "-0.123")]
    [InlineData(0, "0.000")]
    [InlineData(0.0004, "0.000")]
    [InlineData(-0.0004, "0.000")]
    [InlineData(double.NaN, "-")]
    public void A_change_has_a_sign_unless_it_rounds_to_none(double value, string text) => Format.Signed(value).ShouldBe(text);

    [Fact]
    public void Changes_show_their_ends_where_they_have_them()
    {
        Format.Change(new Difference(0.1, -0.05, 0.25, 0.2)).ShouldBe("+0.100 [-0.050, +0.250]");
        Format.Change(Difference.Alone(-0.1)).ShouldBe("-0.100");
        Format.Change(Interval.Alone(0)).ShouldBe("0.000");
        Format.Interval(Interval.Alone(0.5)).ShouldBe("0.500");
        Format.Interval(new ArmFigure(0.5, 0.25, 0.75, 0.01, [0.4, 0.6])).ShouldBe("0.500 [0.250, 0.750]");
        Format.Interval(new ArmFigure(0.5, 0.25, 0.75, 0.01, [0.4, 0.6]).Alone()).ShouldBe("0.500");
    }

    [Fact]
    public void An_interval_of_which_one_end_is_missing_has_none() => new Interval(0.5, 0.4, double.NaN).HasEnds.ShouldBeFalse();

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(10, "10 s")]
    [InlineData(89.4, "89 s")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h 00 min")]
    [InlineData(90_061, "25 h 01 min")]
    public void Durations_change_their_unit_where_the_next_one_says_as_much(double seconds, string text) =>
        Format.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(1, "1/s")]
    [InlineData(2.25, "2.3/s")]
    [InlineData(12345, "12,345/s")]
    [InlineData(0.5, "30/min")]
    [InlineData(0.001, "0.1/min")]
    public void Rates_are_per_second_from_one_on(double perSecond, string text) => Format.Rate(perSecond).ShouldBe(text);

    [Theory]
    [InlineData(0, "0 KiB")]
    [InlineData(512, "0.5 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1_048_576, "1 MiB")]
    [InlineData(1_610_612_736, "1.5 GiB")]
    [InlineData(5_497_558_138_880, "5120 GiB")]
    public void Bytes_go_by_powers_of_1024(double bytes, string text) => Format.Bytes(bytes).ShouldBe(text);

    [Fact]
    public void Times_are_sortable_to_the_second() =>
        Format.Time(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero)).ShouldBe("2026-03-04 05:06:07");
}
