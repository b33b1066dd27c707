using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;
using ZiGong.Reports;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Reports;

/// <summary>Words for differences: never more than the interval says, and turned where less is better.</summary>
public sealed class ReadingTests
{
    [Theory]
    [InlineData(Metric.Ks, 0.01, 0.10, Tone.Good, "better")]
    [InlineData(Metric.Ks, -0.10, -0.01, Tone.Bad, "worse")]
    [InlineData(Metric.Ks, -0.01, 0.10, Tone.Neutral, "within chance")]
    [InlineData(Metric.Ks, 0, 0.10, Tone.Neutral, "within chance")]
    [InlineData(Metric.Ks, -0.10, 0, Tone.Neutral, "within chance")]
    [InlineData(Metric.Brier, 0.01, 0.10, Tone.Bad, "worse")]
    [InlineData(Metric.Ece, -0.10, -0.01, Tone.Good, "better")]
    [InlineData(Metric.Miss, 0, 0, Tone.Neutral, "within chance")]
    public void Only_an_interval_on_one_side_of_nothing_is_a_difference(Metric metric, double lower, double upper, Tone tone, string word)
    {
        var difference = new Difference((lower + upper) / 2, lower, upper, 0.1);

        Reading.ToneOf(metric, difference).ShouldBe(tone);
        Reading.Word(metric, difference).ShouldBe(word);
    }

    [Theory]
    [InlineData(Metric.Auc)]
    [InlineData(Metric.Brier)]
    public void Without_an_interval_nothing_is_said_to_be_better(Metric metric)
    {
        Reading.ToneOf(metric, Difference.Alone(0.3)).ShouldBe(Tone.Neutral);
        Reading.Word(metric, Difference.Alone(0.3)).ShouldBe("no interval");
    }

    [Fact]
    public void An_undecided_difference_says_what_would_have_been_shown() =>
        Reading.Sentence(Metric.Auc, new Difference(0.01, -0.02, 0.04, 0.043), "the model", "the scorecard", 1500)
            .ShouldBe(
                "No difference in AUC between the model and the scorecard can be shown: it differs by +0.010 [−0.020, +0.040] on 1,500 test samples, "
                + "which would have shown a true difference of 0.043.");

    [Fact]
    public void A_fall_of_the_Brier_score_is_called_better() =>
        Reading.Sentence(Metric.Brier, new Difference(-0.02, -0.03, -0.01, 0.01), "the model", "the champion before it", 200)
            .ShouldBe(
                "The model is better than the champion before it beyond the chance of which test samples were drawn: Brier differs by −0.020 [−0.030, "
                + "−0.010] on 200 test samples.");

    [Fact]
    public void Models_that_agree_on_every_resample_are_called_the_same_and_not_undecided() =>
        Reading.Sentence(Metric.MacroF1, new Difference(0, 0, 0, 0), "the model", "always answering 'good'", 80)
            .ShouldBe("The model and always answering 'good' have the same macro F1 on every resample of 80 test samples.");

    [Fact]
    public void Too_few_rows_make_no_sentence_about_chance() =>
        Reading.Sentence(Metric.Ks, Difference.Alone(-0.5), "the model", "the scorecard", 12)
            .ShouldBe("Whether the model is better than the scorecard cannot be said: KS differs by −0.500 on 12 test samples, too few for an interval.");

    [Theory]
    [InlineData(0.0504, "+0.050")]
    [InlineData(-0.0506, "−0.051")]
    [InlineData(-0.0001, "0.000")]
    [InlineData(double.NaN, "-")]
    public void Signs_are_those_of_print(double value, string text) => Reading.Signed(value).ShouldBe(text);

    [Fact]
    public void An_interval_with_one_end_shows_what_there_is()
    {
        Reading.Interval(0.1, double.NaN, double.NaN).ShouldBe("+0.100");
        Reading.Interval(0.1, 0, double.NaN).ShouldBe("+0.100 [0.000, -]");
    }

    [Fact]
    public void Arrows_point_to_the_better_side()
    {
        Reading.Metrics.Where(Reading.LowerIsBetter).ShouldBe([Metric.Brier, Metric.Ece, Metric.Miss]);
        Reading.Title(Metric.Brier).ShouldBe("Brier ↓");
        Reading.Title(Metric.AccGenerated).ShouldBe("Acc generated ↑");
        Reading.Metrics.ShouldNotContain(Metric.F1Calm, "it is for published figures alone");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("no intervals: …", "No intervals: …")]
    [InlineData("γ decays", "Γ decays")]
    [InlineData("1 of 2", "1 of 2")]
    public void A_sentence_begins_with_a_capital(string text, string expected) => Reading.Capital(text).ShouldBe(expected);
}
