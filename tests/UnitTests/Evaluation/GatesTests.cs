using Shouldly;
using Xunit;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;
using ZiGong.Evaluation;

namespace ZiGong.UnitTests.Evaluation;

public sealed class GatesTests
{
    private static readonly GateFigures Fine = new(Report(), null, [], []);

    [Fact]
    public void A_first_model_with_a_signal_passes()
    {
        var results = Gates.Check(Fine, new GateOptions());

        results.Select(r => (r.Gate, r.Verdict)).ShouldBe(
            [("finite", GateVerdict.Passed), ("classes", GateVerdict.Passed), ("signal", GateVerdict.Passed), ("miss", GateVerdict.Passed), ("champion", GateVerdict.Passed), ("drift", GateVerdict.Passed)]);
        Gates.Pass(results).ShouldBeTrue();
    }

    [Theory]
    [InlineData(-0.010, -0.030, 0.010, true)] // a small loss that may be chance
    [InlineData(-0.010, -0.015, -0.005, false)] // a small loss that is certain
    [InlineData(-0.021, -0.060, 0.020, false)] // too large a loss, certain or not
    [InlineData(-0.020, -0.060, 0.020, true)]
    [InlineData(0.050, 0.010, 0.090, true)]
    public void A_challenger_must_not_be_worse_than_the_champion(double value, double lower, double upper, bool passes)
    {
        var result = Verdict(Fine with { AgainstChampion = Against(value, lower, upper) }, "champion");

        (result.Verdict == GateVerdict.Passed).ShouldBe(passes);
        result.Figures.ShouldContain($"{lower:+0.0000;-0.0000}");
        result.Figures.ShouldContain("n = 500 could have shown 0.0300");
    }

    [Theory]
    [InlineData(0.010, GateVerdict.Passed)]
    [InlineData(0.011, GateVerdict.Failed)]
    public void Too_many_missed_generations_reject(double miss, GateVerdict expected) =>
        Verdict(Fine with { Challenger = Report(miss: miss) }, "miss").Verdict.ShouldBe(expected);

    [Fact]
    public void Without_generations_miss_is_unknown_and_rejects()
    {
        var silent = new MetricReport(500, 100, Report().Values.Where(v => v.Key != Metric.Miss).ToDictionary());

        Verdict(Fine with { Challenger = silent }, "miss").Verdict.ShouldBe(GateVerdict.Failed);
    }

    [Theory]
    [InlineData(Metric.Ks)]
    [InlineData(Metric.Brier)]
    public void A_metric_that_is_not_a_number_rejects_whatever_the_options(Metric broken)
    {
        var values = Report().Values.ToDictionary();
        values[broken] = new Interval(double.NaN, double.NaN, double.NaN);
        var off = new GateOptions(GateMode.Off, 0, GateMode.Off, 0, GateMode.Off, GateMode.Off, 0, GateMode.Off, 0, GateMode.Off);

        var results = Gates.Check(Fine with { Challenger = new MetricReport(500, 100, values) }, off);

        results.Count.ShouldBe(1);
        results[0].Verdict.ShouldBe(GateVerdict.Failed);
        results[0].Figures.ShouldContain(broken.ToString());
    }

    [Fact]
    public void A_model_whose_ranking_may_be_chance_has_no_signal()
    {
        var result = Verdict(Fine with { Challenger = Report(aucLower: 0.49) }, "signal");

        result.Verdict.ShouldBe(GateVerdict.Failed);
        result.Figures.ShouldContain("0.4900");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(491)]
    public void Too_few_of_a_class_reject(int positives) =>
        Verdict(Fine with { Challenger = Report() with { Positives = positives } }, "classes").Verdict.ShouldBe(GateVerdict.Failed);

    [Theory]
    [InlineData(GateMode.Warn, GateVerdict.Warned, true)]
    [InlineData(GateMode.Reject, GateVerdict.Failed, false)]
    public void Unequal_treatment_warns_unless_configured_to_reject(GateMode mode, GateVerdict verdict, bool passes)
    {
        var groups = new[] { new GroupFigures("f", 100, 0.5, 0.6, 0.2, true), new GroupFigures("m", 100, 0.9, 0.9, 0.4, true) };
        var figures = Fine with { Fairness = [new FairnessReport("sex", groups, 0.5556, 0.4, 0.3, 0.25)] };

        var results = Gates.Check(figures, new GateOptions(Fairness: mode));

        results.Single(r => r.Gate == "fairness:sex").Verdict.ShouldBe(verdict);
        results.Single(r => r.Gate == "fairness:sex").Figures.ShouldContain("parity ratio 0.556 (at least 0.800)");
        Gates.Pass(results).ShouldBe(passes);
    }

    [Fact]
    public void Groups_too_small_to_compare_are_said_and_pass() =>
        Verdict(Fine with { Fairness = [new FairnessReport("sex", [], null, null, null, null)] }, "fairness:sex").Figures.ShouldContain("at least 50 samples");

    [Fact]
    public void Drift_recommends_a_full_run_and_rejects_nothing()
    {
        var results = Gates.Check(Fine with { Drift = [new FieldDrift("limit", 0.4, 0.01), new FieldDrift("age", 0.1, 0.01)] }, new GateOptions());

        results.Single(r => r.Gate == "drift").ShouldBe(new GateResult("drift", GateVerdict.Warned, "a full run is recommended: limit PSI 0.400 (noise 0.010)"));
        Gates.Pass(results).ShouldBeTrue();
    }

    private static GateResult Verdict(GateFigures figures, string gate) => Gates.Check(figures, new GateOptions()).Single(r => r.Gate == gate);

    private static MetricReport Report(double miss = 0, double aucLower = 0.7) => new(500, 100, new Dictionary<Metric, Interval>
    {
        [Metric.Acc] = new(0.8, 0.77, 0.83),
        [Metric.Ks] = new(0.42, 0.35, 0.49),
        [Metric.Auc] = new(0.77, aucLower, 0.82),
        [Metric.Brier] = new(0.14, 0.12, 0.16),
        [Metric.Miss] = new(miss, 0, miss),
    });

    private static DifferenceReport Against(double value, double lower, double upper) =>
        new(500, new Dictionary<Metric, Difference> { [Metric.Ks] = new(value, lower, upper, 0.03) });
}
