using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class GeneratedAnswersTests
{
    private static readonly string[] GoodBad = ["good", "bad"];
    private static readonly string[] Nested = ["good", "not good", "very not good"];

    [Theory]
    [InlineData("good", 0)]
    [InlineData(" The answer is: Bad.", 1)]
    [InlineData("bad, bad, BAD", 1)]
    [InlineData("good or bad", null)]
    [InlineData("", null)]
    [InlineData("goodness", null)]
    [InlineData("notgood", null)]
    [InlineData("good_1", null)]
    [InlineData("goodness, it is good", 0)]
    public void The_one_allowed_answer_as_a_whole_word_counts(string text, int? expected) =>
        GeneratedAnswers.Match(text, GoodBad).ShouldBe(expected);

    [Theory]
    [InlineData("it is not good", 1)]
    [InlineData("it is very not good!", 2)]
    [InlineData("good", 0)]
    [InlineData("not good, or good", null)]
    public void Longer_answers_are_matched_first_and_use_up_their_words(string text, int? expected) =>
        GeneratedAnswers.Match(text, Nested).ShouldBe(expected);

    [Theory]
    [InlineData("bad", Predictions.Generated.Right)]
    [InlineData("good", Predictions.Generated.Wrong)]
    [InlineData("perhaps", Predictions.Generated.Miss)]
    public void A_generation_is_right_wrong_or_missed(string text, Predictions.Generated expected) =>
        GeneratedAnswers.Judge(text, GoodBad, truth: 1).ShouldBe(expected);

    [Fact]
    public void An_empty_answer_is_refused() => Should.Throw<InputException>(() => GeneratedAnswers.Match("x", [""]));
}
