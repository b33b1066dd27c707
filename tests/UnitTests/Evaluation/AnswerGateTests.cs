using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Evaluation;
using ZiGong.Reports.Page;
using static ZiGong.UnitTests.Evaluation.GateFixtures;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>Gates of a model with three or more answers.</summary>
public sealed class AnswerGateTests
{
    [Theory]
    [InlineData(0.15, 0.05, 0.25, GateVerdict.Passed)]
    [InlineData(0.05, -0.01, 0.11, GateVerdict.Failed)] // perhaps no better than the most frequent answer
    [InlineData(0, 0, 0, GateVerdict.Failed)] // always gives it
    public void Of_three_answers_the_signal_is_macro_f1_above_that_of_the_most_frequent_one(double gain, double lower, double upper, GateVerdict expected)
    {
        var auc = Report(aucLower: expected == GateVerdict.Passed ? 0.1 : 0.9); // says the opposite

        var result = Verdict(Fine with { Challenger = auc, AllAnswers = Over(new Difference(gain, lower, upper, 0.1)) }, "signal");

        result.Verdict.ShouldBe(expected);
        result.Figures.ShouldContain("macro F1 0.5000 over 3 answers against 0.2500 of always 'neutral': gain");
        result.Values["Gain"].ShouldBe(gain);
    }

    [Theory]
    [InlineData(-0.01, -0.05, 0.03, GateVerdict.Passed)]
    [InlineData(-0.01, -0.02, -0.001, GateVerdict.Failed)] // certain
    [InlineData(-0.03, -0.09, 0.03, GateVerdict.Failed)] // large
    public void Of_three_answers_the_champion_is_not_replaced_where_macro_f1_falls(double value, double lower, double upper, GateVerdict expected)
    {
        var over = Over(new Difference(0.2, 0.1, 0.3, 0.1), new Difference(value, lower, upper, 0.05));
        var ks = Against(expected == GateVerdict.Passed ? -0.5 : 0.5, -0.6, expected == GateVerdict.Passed ? -0.4 : 0.6); // says the opposite

        var result = Verdict(Fine with { AgainstChampion = ks, AllAnswers = over }, "champion");

        result.Verdict.ShouldBe(expected);
        result.Figures.ShouldContain($"Δ macro F1 {value:+0.0000;-0.0000;0} [{lower:+0.0000;-0.0000;0}, {upper:+0.0000;-0.0000;0}]");
        result.Values["Detectable"].ShouldBe(0.05);
    }

    [Fact]
    public void Of_three_answers_each_needs_test_samples_and_of_few_ones_nothing_is_compared()
    {
        var few = Over(Difference.Alone(0.2), Difference.Alone(-0.5), rare: 4);

        var results = Gates.Check(Fine with { AgainstChampion = Against(0, 0, 0), AllAnswers = few }, new EvaluationOptions()).ToDictionary(r => r.Gate);

        (results["classes"].Verdict, results["signal"].Verdict, results["champion"].Verdict)
            .ShouldBe((GateVerdict.Failed, GateVerdict.Skipped, GateVerdict.Skipped));
        results["classes"].Figures.ShouldBe("246 'positive', 250 'neutral', 4 'negative' among the test samples, at least 10 of each are needed");
        results["signal"].Figures.ShouldContain("no intervals: the test side holds 4 of 'negative'");
    }
}
