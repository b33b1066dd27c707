using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Evaluation;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>Gates at their very limits: what is just allowed passes, and the next figure does not.</summary>
public sealed class GateLimitTests
{
    private static readonly LeakFigures Apart = new(50, 0, 0, 0, false, null, 0, 0, null);

    [Theory]
    [InlineData(10, 490, true)]
    [InlineData(9, 491, false)]
    [InlineData(490, 10, true)]
    [InlineData(491, 9, false)]
    public void Each_class_needs_so_many_test_samples(int positives, int negatives, bool passes) =>
        Verdict("classes", Figures(positives: positives, n: positives + negatives)).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(0.5000001, true)]
    public void A_signal_lies_above_one_half_and_not_at_it(double lower, bool passes) =>
        Verdict("signal", Figures(auc: new Interval(0.7, lower, 0.9))).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);

    [Theory]
    [InlineData(0.01, 0.01, true)]
    [InlineData(0.0100001, 0.01, false)]
    [InlineData(0, 0, true)]
    public void Missed_generations_may_reach_the_limit(double miss, double limit, bool passes) =>
        Verdict("miss", Figures(miss: miss), new EvaluationOptions { MaximumMiss = limit }).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);

    [Theory]
    [InlineData(0.8, 1.25, true)]
    [InlineData(0.7999999, 1, false)]
    [InlineData(0.9, 1.2500001, false)]
    public void Parity_may_reach_its_limits(double smallest, double largest, bool passes)
    {
        var fairness = new FairnessReport(
            "sex", [new GroupFigures("f", 100, 0.5, 0.6, 0.2, true), new GroupFigures("m", 100, 0.9, 0.9, 0.4, true)], smallest, 0.1, 0.1,
            0.1) { LargestRatio = largest };
        var options = new EvaluationOptions { MinimumParityRatio = 0.8, MaximumParityRatio = 1.25, FairnessGate = GateMode.Fail };

        Verdict("fairness:sex", Figures() with { Fairness = [fairness] }, options).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);
    }

    [Theory]
    [InlineData(0.25, 0.05, true)]
    [InlineData(0.2500001, 0.05, false)]
    [InlineData(0.4, 0.4, true)]
    [InlineData(0.4, 0.39, false)]
    public void Drift_has_to_exceed_its_limit_and_chance(double psi, double chance, bool passes)
    {
        var options = new EvaluationOptions { DriftGate = GateMode.Fail, ScoreDriftGate = GateMode.Fail, MaximumPsi = 0.25, MaximumScorePsi = 0.25 };
        var drift = new FieldDrift("limit", psi, 0.001, chance);

        Verdict("drift", Figures() with { Drift = [new FieldDrift("calm", 0, 0, 0), drift] }, options)
            .ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);
        Verdict("score-drift", Figures() with { ScoreDrift = drift with { Field = "model" } }, options)
            .ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);
    }

    [Theory]
    [InlineData(0, 0, 0, false, true)]
    [InlineData(1, 0, 0, false, false)]
    [InlineData(0, 1, 0, false, false)]
    [InlineData(0, 0, 1, false, false)]
    [InlineData(9, 9, 9, true, true)]
    public void A_borrower_on_two_sides_leaks_unless_the_split_allows_it(int training, int reference, int between, bool allowed, bool passes)
    {
        var leaks = Apart with { InTraining = training, InReference = reference, ReferenceInTraining = between, SubjectsMayRepeat = allowed };

        leaks.Leaks.ShouldBe(!passes);
        Verdict("leakage", Figures() with { Leaks = leaks }).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void A_late_sample_leaks_whatever_the_split_allows(int training, int reference) =>
        Verdict("leakage", Figures() with { Leaks = Apart with { SubjectsMayRepeat = true, LateTraining = training, LateReference = reference } })
            .ShouldBe(GateVerdict.Failed);

    [Theory]
    [InlineData(200, 25, 400, 25, 0.0, true)]
    [InlineData(200, 24, 400, 25, 0.0, false)]
    [InlineData(8, 8, 400, 25, 0.0, true)] // of so few all have to stay
    [InlineData(8, 7, 400, 25, 0.0, false)]
    [InlineData(200, 50, 450, 0, 0.5, true)] // a tenth of the kept, where it was a fifth of all
    [InlineData(200, 49, 451, 0, 0.5, false)]
    [InlineData(0, 0, 400, 25, 0.5, null)]
    public void A_class_keeps_so_many_samples_and_so_much_of_its_share(int bad, int keptBad, int keptGood, int minimum, double ratio, bool? passes)
    {
        ClassEffect[] classes = [new("good", 800, keptGood, 0, 50, null, null), new("bad", bad, keptBad, 0, 50, null, null)];
        var options = new EvaluationOptions { MinimumKeptPerClass = minimum, MinimumKeptRatio = ratio };

        Verdict("selection:bad", Figures() with { Classes = classes }, options).ShouldBe(
            passes switch { null => GateVerdict.Skipped, true => GateVerdict.Passed, _ => GateVerdict.Failed });
    }

    [Fact]
    public void What_is_infinite_is_as_little_a_figure_as_what_is_no_number()
    {
        Verdict("finite", Figures(auc: new Interval(double.PositiveInfinity, 0.6, 0.8))).ShouldBe(GateVerdict.Failed);
        Verdict("finite", Figures(auc: new Interval(0.7, double.NegativeInfinity, 0.8))).ShouldBe(GateVerdict.Failed);
        Verdict("finite", Figures(positives: 4, auc: Interval.Alone(0.7))).ShouldBe(GateVerdict.Passed, "of few rows no interval is asked for");
        Verdict("finite", Figures(positives: 4, auc: Interval.Alone(double.NaN))).ShouldBe(GateVerdict.Failed);
    }

    private static GateVerdict Verdict(string gate, GateFigures figures, EvaluationOptions? options = null) =>
        Gates.Check(figures, options ?? new EvaluationOptions()).Single(g => g.Gate == gate).Verdict;

    private static GateFigures Figures(int positives = 100, int n = 500, Interval? auc = null, double miss = 0) => new(
        new MetricReport(n, positives, new Dictionary<Metric, Interval>
        {
            [Metric.Ks] = new(0.4, 0.3, 0.5), [Metric.Auc] = auc ?? new Interval(0.75, 0.7, 0.8), [Metric.Miss] = new(miss, 0, miss),
        }),
        null, [], [])
    { Leaks = Apart };
}
