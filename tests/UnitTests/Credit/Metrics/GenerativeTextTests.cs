using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class GenerativeTextTests
{
    [Theory]
    [InlineData("The answer is Good.", "answer is good", 1)]
    [InlineData("1,200.50 EUR", "1200.5 eur", 1)]
    [InlineData("12 %", "12%", 1)]
    [InlineData("12 %", "12", 0)]
    [InlineData("12 %", "0.12", 0)]
    [InlineData("-5", "5", 0)]
    [InlineData("24 months", "24 years", 0)]
    [InlineData("", "the", 1)]
    [InlineData("good bad", "bad good", 0)]
    [InlineData("the borrower’s income", "borrower's income", 1)]
    public void Exact_match_looks_past_writing(string answer, string truth, double expected) => GenerativeText.ExactMatch(answer, truth).ShouldBe(expected);

    [Theory]
    [InlineData("the cat sat on the mat", "a cat on a mat", 2.0 * 3 / (4 + 3))] // cat, on, mat of cat sat on mat | cat on mat
    [InlineData("good good good", "good", 2.0 * 1 / (3 + 1))] // a token counts as often as both have it
    [InlineData("income of 1,200", "income 1200", 2.0 * 2 / (3 + 2))]
    [InlineData("", "", 1)]
    [InlineData("", "good", 0)]
    [InlineData("!", "good", 0)]
    [InlineData("bad", "good", 0)]
    public void Token_f1_worked_by_hand(string answer, string truth, double expected) => GenerativeText.TokenF1(answer, truth).ShouldBe(expected, 1e-12);

    [Fact]
    public void Token_f1_is_symmetric_in_bounds_and_blind_to_order()
    {
        string[] words = ["income", "1,200", "good", "the", "12%", "term", "-3"];
        var random = new SeededRandom(4);
        for (var i = 0; i < 500; i++)
        {
            string[] Draw() => [.. Enumerable.Range(0, random.NextInt(6)).Select(_ => words[random.NextInt(words.Length)])];
            var (a, b) = (Draw(), Draw());
            var f1 = GenerativeText.TokenF1(string.Join(' ', a), string.Join(' ', b));

            f1.ShouldBeInRange(0, 1);
            GenerativeText.TokenF1(string.Join(' ', b), string.Join(' ', a)).ShouldBe(f1);
            GenerativeText.TokenF1(string.Join(' ', a.Reverse()), string.Join(' ', b)).ShouldBe(f1);
            GenerativeText.TokenF1(string.Join(' ', a), string.Join(' ', a)).ShouldBe(1);
            if (GenerativeText.ExactMatch(string.Join(' ', a), string.Join(' ', b)) == 1)
            {
                f1.ShouldBe(1);
            }
        }
    }
}
