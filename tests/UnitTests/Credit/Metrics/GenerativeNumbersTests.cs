using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class GenerativeNumbersTests
{
    [Theory]
    [InlineData("limit 1,200,000 and", "1200000")]
    [InlineData("limit 1.200.000 and", "1200000")]
    [InlineData("1'200'000", "1200000")]
    [InlineData("1\u00a0200.5", "1200.5")]
    [InlineData("1.200,50 EUR", "1200.5")]
    [InlineData("1,200.50", "1200.5")]
    [InlineData("0,5", "0.5")]
    [InlineData("a share of .5", "0.5")]
    [InlineData("12 % of", "12%")]
    [InlineData("12 percent", "12%")]
    [InlineData("1.2 million", "1200000")]
    [InlineData("3k", "3000")]
    [InlineData("-5", "-5")]
    [InlineData("\u22125.0", "-5")]
    [InlineData("-$5", "-5")]
    [InlineData("PAY=-1", "-1")]
    [InlineData("10-20", "10 20")]
    [InlineData("from 3 to 4.", "3 4")]
    [InlineData("(1,200)", "1200")]
    [InlineData("on 2005-09-01", "2005 9 1")]
    [InlineData("in 2005-09.", "2005 9")]
    [InlineData("24 months", "24")]
    [InlineData("a 2-year loan", "2")]
    [InlineData("007", "7")]
    [InlineData("12,24,36", "12 24 36")]
    [InlineData("1,2.3.4,5", "1 5")]
    public void Numbers_are_read_as_people_mean_them(string text, string expected) =>
        string.Join(' ', GenerativeNumbers.Find(text).Select(n => n.Canonical)).ShouldBe(expected);

    [Theory]
    [InlineData("A11, PAY_0, IFRS9, 1.2.3 and b3")]
    [InlineData("the 2nd of them")]
    [InlineData("1. First reason\n2) Second reason")]
    [InlineData("one of the twelve")]
    [InlineData("")]
    public void Codes_ordinals_list_marks_and_words_are_no_numbers(string text) => GenerativeNumbers.Find(text).ShouldBeEmpty();

    [Theory]
    [InlineData("12,345", 12345, 12.345)]
    [InlineData("1.200", 1.2, 1200)]
    [InlineData("(7.5)", 7.5, -7.5)]
    public void What_can_be_read_both_ways_keeps_both_readings(string text, double first, double second) =>
        GenerativeNumbers.Find(text).Single().Readings.ShouldBe([(decimal)first, (decimal)second]);

    [Theory]
    [InlineData("24 months", NumberUnit.Month)]
    [InlineData("2-year", NumberUnit.Year)]
    [InlineData("5 per cent", NumberUnit.Percent)]
    [InlineData("5 cats", NumberUnit.None)]
    public void Units_that_convert_are_recognised(string text, NumberUnit unit) => GenerativeNumbers.Find(text).Single().Unit.ShouldBe(unit);

    [Fact]
    public void Every_written_number_is_found_again_where_it_stands()
    {
        var random = new SeededRandom(5);
        for (var i = 0; i < 2000; i++)
        {
            var value = Math.Round((decimal)Math.Exp((random.NextDouble() * 24) - 6), random.NextInt(4)) * (random.NextInt(2) == 0 ? 1 : -1);
            var written = random.NextInt(2) == 0 ? value.ToString("0.######") : value.ToString("#,0.######");
            var text = $"the value {written} of x";

            var found = GenerativeNumbers.Find(text).ShouldHaveSingleItem(text);

            found.Readings.ShouldContain(value, text);
            text.Substring(found.Start, found.Length).ShouldBe(written);
        }
    }

    [Fact]
    public void Any_text_is_read_without_failing()
    {
        const string characters = "0123456789.,-+ %()$kmn\n'’aA_=:−\u00a0";
        var random = new SeededRandom(6);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.NextInt(60)).Select(_ => characters[random.NextInt(characters.Length)]));
            var end = 0;
            foreach (var number in GenerativeNumbers.Find(text))
            {
                number.Start.ShouldBeGreaterThanOrEqualTo(end - 1, text); // a sign may touch what stands before
                number.Text.ShouldBe(text.Substring(number.Start, number.Length), text);
                end = number.Start + number.Length;
            }
        }
    }

    [Fact]
    public void Account_numbers_of_any_length_do_not_overflow() =>
        GenerativeNumbers.Find($"{new string('9', 60)} million").Single().Value.ShouldBePositive();
}
