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

/// <summary>The gate <c>fairness:FIELD</c>.</summary>
public sealed class ParityGateTests
{
    [Theory]
    [InlineData(0.80, 1.25, GateVerdict.Passed)]
    [InlineData(0.79, 1.00, GateVerdict.Warned)]
    [InlineData(0.80, 1.26, GateVerdict.Warned)]
    public void The_parity_ratio_has_a_lower_and_an_upper_bound(double smallest, double largest, GateVerdict expected)
    {
        var result = Verdict(Fine with { Fairness = [Parity(smallest, largest)] }, "fairness:sex");

        result.Verdict.ShouldBe(expected);
        result.Figures.ShouldContain($"parity ratio {smallest:F3} [0.700, 0.950] (at least 0.800)");
        result.Figures.ShouldContain("f n = 100, m n = 100");
    }

    [Theory]
    [InlineData(1.000, 1.000, "0.0 %")]
    [InlineData(0.995, 0.985, "1.0 %")]
    [InlineData(0.010, 0.016, "98.7 %")]
    [InlineData(0.000, 0.000, "100.0 %")]
    public void Parity_is_not_measured_where_one_decision_is_hardly_ever_made(double first, double second, string refused)
    {
        var groups = new[] { new GroupFigures("f", 100, first, null, null, true), new GroupFigures("m", 100, second, null, null, true) };

        var result = Verdict(Fine with { Fairness = [Parity(1, 1) with { Groups = groups }] }, "fairness:sex");

        result.Verdict.ShouldBe(GateVerdict.Skipped);
        result.Figures.ShouldContain($"{refused} of 200 are refused");
    }

    [Fact]
    public void Parity_is_measured_where_two_in_a_hundred_are_refused()
    {
        var groups = new[] { new GroupFigures("f", 100, 0.99, null, null, true), new GroupFigures("m", 100, 0.97, null, null, true) };

        Verdict(Fine with { Fairness = [Parity(0.98, 1) with { Groups = groups }] }, "fairness:sex").Verdict.ShouldBe(GateVerdict.Passed);
    }

    [Fact]
    public void A_small_group_that_is_refused_whole_is_seen_though_hardly_anyone_is_refused()
    {
        var groups = new[] { new GroupFigures("home", 9_810, 1, null, null, true), new GroupFigures("foreign", 190, 0, null, null, true) };

        Verdict(Fine with { Fairness = [Parity(0, 1) with { Groups = groups }] }, "fairness:sex").Verdict.ShouldBe(GateVerdict.Warned);
    }
}
