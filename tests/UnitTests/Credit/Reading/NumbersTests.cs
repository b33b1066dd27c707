using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Credit.Reading;

namespace ZiGong.UnitTests.Credit.Reading;

public sealed class NumbersTests
{
    [Theory]
    [InlineData("42", "42")]
    [InlineData("007", "7")]
    [InlineData("+7", "7")]
    [InlineData("1.50", "1.5")]
    [InlineData("1.", "1")]
    [InlineData(".5", "0.5")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("-0.25", "-0.25")]
    [InlineData("1e2", "100")]
    [InlineData("1e-6", "1E-06")]
    [InlineData("0.000001", "1E-06")]
    [InlineData("", null)]
    [InlineData("1,000", null)]
    [InlineData("12a", null)]
    [InlineData("Infinity", null)]
    [InlineData("-", null)]
    public void Equal_numbers_have_equal_text(string text, string? expected) => Numbers.Canonical(text).ShouldBe(expected);

    [Fact]
    public void The_canonical_form_is_the_shortest_that_reads_back()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), number =>
        {
            var value = number.Get == 0 ? 0 : number.Get;
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            return Numbers.Canonical(shortest) == shortest
                && Numbers.Canonical(value.ToString("E16", CultureInfo.InvariantCulture)) == shortest;
        }).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (whole, cents) =>
        {
            var value = whole + (cents / 256.0);
            return Numbers.Canonical(value.ToString("F8", CultureInfo.InvariantCulture)) == value.ToString("R", CultureInfo.InvariantCulture);
        }).QuickCheckThrowOnFailure();
    }
}
