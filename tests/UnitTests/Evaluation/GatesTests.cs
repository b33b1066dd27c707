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

public sealed class GatesTests
{
    /// <summary>One way to fail each gate, and the option that says what then happens.</summary>
    private static readonly Dictionary<string, (GateFigures Failing, Func<EvaluationOptions, GateMode, EvaluationOptions> With)> Cases = new()
    {
        ["leakage"] = (Fine with { Leaks = NoLeak with { InTraining = 2 } }, (o, mode) => o with { LeakageGate = mode }),
        ["classes"] = (Fine with { Challenger = Report() with { Positives = 9 } }, (o, mode) => o with { ClassesGate = mode }),
        ["selection:bad"] = (Fine with { Classes = [Class("good", 800, 490), Class("bad", 200, 10)] }, (o, mode) => o with { SelectionGate = mode }),
        ["signal"] = (Fine with { Challenger = Report(aucLower: 0.49) }, (o, mode) => o with { SignalGate = mode }),
        ["miss"] = (Fine with { Challenger = Report(miss: 0.02) }, (o, mode) => o with { MissGate = mode }),
        ["miss:champion"] = (Fine with { AgainstChampion = Against(0.01, -0.01, 0.03, missRise: 0.006) }, (o, mode) => o with { MissGate = mode }),
        ["champion"] = (Fine with { AgainstChampion = Against(-0.01, -0.015, -0.005) }, (o, mode) => o with { ChampionGate = mode }),
        ["fairness:sex"] = (Fine with { Fairness = [Parity(0.79, 1)] }, (o, mode) => o with { FairnessGate = mode }),
        ["drift"] = (Fine with { Drift = [new FieldDrift("limit", 0.4, 0.01, 0.05)] }, (o, mode) => o with { DriftGate = mode }),
        ["score-drift"] = (Fine with { ScoreDrift = new FieldDrift("model", 0.4, 0.01, 0.05) }, (o, mode) => o with { ScoreDriftGate = mode }),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_gate_passes_fails_warns_and_is_off_as_configured(string gate)
    {
        var (failing, with) = Cases[gate];
        GateVerdict? Verdict(GateFigures figures, GateMode mode) =>
            Gates.Check(figures, with(new EvaluationOptions(), mode)).SingleOrDefault(r => r.Gate == gate)?.Verdict;

        Verdict(Fine, GateMode.Fail).ShouldBe(GateVerdict.Passed);
        Verdict(failing, GateMode.Fail).ShouldBe(GateVerdict.Failed);
        Verdict(failing, GateMode.Warn).ShouldBe(GateVerdict.Warned);
        Verdict(failing, GateMode.Off).ShouldBeNull();
        Gates.Failures(Gates.Check(failing, with(new EvaluationOptions(), GateMode.Fail))).ShouldNotBeEmpty();
        Gates.Failures(Gates.Check(failing, with(new EvaluationOptions(), GateMode.Warn))).ShouldBeEmpty();
        Gates.Failures(Gates.Check(failing, with(new EvaluationOptions(), GateMode.Off))).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failed_gate_is_announced_with_its_figures_as_words_and_numbers(string gate)
    {
        var (failing, with) = Cases[gate];

        var failure = Gates.Failures(Gates.Check(failing, with(new EvaluationOptions(), GateMode.Fail))).ShouldHaveSingleItem();

        failure.Gate.ShouldBe(gate);
        failure.Figures.ShouldNotBeEmpty();
        failure.Values.Count.ShouldBeGreaterThan(1);
        failure.Values.Values.ShouldAllBe(v => double.IsFinite(v));
    }

    [Fact]
    public void By_default_drift_and_fairness_warn_and_all_else_rejects()
    {
        foreach (var (gate, (failing, _)) in Cases)
        {
            var warns = gate is "drift" or "score-drift" or "fairness:sex";
            Gates.Check(failing, new EvaluationOptions()).Single(r => r.Gate == gate).Verdict.ShouldBe(warns ? GateVerdict.Warned : GateVerdict.Failed, gate);
        }
    }

    [Fact]
    public void A_first_model_with_a_signal_passes_and_what_cannot_be_compared_is_skipped()
    {
        var results = Gates.Check(new GateFigures(Report(), null, [new FairnessReport("sex", [], null, null, null, null)], []), new EvaluationOptions());

        results.ToDictionary(r => r.Gate, r => r.Verdict).ShouldBe(new Dictionary<string, GateVerdict>
        {
            ["finite"] = GateVerdict.Passed,
            ["leakage"] = GateVerdict.Skipped,
            ["classes"] = GateVerdict.Passed,
            ["signal"] = GateVerdict.Passed,
            ["miss"] = GateVerdict.Passed,
            ["miss:champion"] = GateVerdict.Skipped,
            ["champion"] = GateVerdict.Skipped,
            ["fairness:sex"] = GateVerdict.Skipped,
            ["drift"] = GateVerdict.Passed,
            ["score-drift"] = GateVerdict.Skipped,
        });
        results.Single(r => r.Gate == "fairness:sex").Figures.ShouldContain("at least 50 samples");
        Gates.Failures(results).ShouldBeEmpty();
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
        result.Values["Detectable"].ShouldBe(0.03);
    }

    [Theory]
    [InlineData(KsFallRule.Always, -0.025, 0.056, 0.014, false)]
    [InlineData(KsFallRule.Always, -0.019, 0.056, 0.014, true)] // as much as is allowed
    [InlineData(KsFallRule.Off, -0.025, 0.056, 0.014, true)]
    [InlineData(KsFallRule.Off, -0.025, 0.019, -0.012, false)]
    public void The_size_of_a_fall_counts_as_configured(KsFallRule rule, double fall, double detectable, double upper, bool passes) =>
        AfterFall(rule, fall, detectable, upper).ShouldBe(passes ? GateVerdict.Passed : GateVerdict.Failed);

    [Fact]
    public void A_certain_fall_rejects_whatever_the_rule() =>
        Verdict(Fine with { AgainstChampion = Against(-0.01, -0.015, -0.005) }, "champion", new EvaluationOptions { KsFallRule = KsFallRule.Off }).Verdict
            .ShouldBe(GateVerdict.Failed);

    [Fact]
    public void A_champion_that_cannot_be_compared_with_rejects_and_says_why()
    {
        var result = Verdict(Fine with { AgainstChampion = null, ChampionFault = "champion 7 cannot be compared with: gone" }, "champion");

        result.Verdict.ShouldBe(GateVerdict.Failed);
        result.Figures.ShouldContain("champion 7");
    }

    [Theory]
    [InlineData(0.010, GateVerdict.Passed)]
    [InlineData(0.011, GateVerdict.Failed)]
    public void Too_many_missed_generations_reject(double miss, GateVerdict expected) =>
        Verdict(Fine with { Challenger = Report(miss: miss) }, "miss").Verdict.ShouldBe(expected);

    [Theory]
    [InlineData(0.004, 0.001, GateVerdict.Passed)] // certain but small
    [InlineData(0.006, -0.001, GateVerdict.Passed)] // larger but perhaps chance
    [InlineData(0.006, 0.001, GateVerdict.Failed)]
    public void A_rise_of_misses_against_the_champion_has_to_be_large_and_certain(double rise, double lower, GateVerdict expected) =>
        Verdict(Fine with { AgainstChampion = Against(0.01, -0.01, 0.03, rise, lower) }, "miss:champion").Verdict.ShouldBe(expected);

    [Fact]
    public void A_signal_is_what_auc_shows_though_the_interval_of_a_small_ks_reaches_zero()
    {
        var values = Report().Values.ToDictionary();
        values[Metric.Ks] = new Interval(0.08, 0, 0.13);

        Verdict(Fine with { Challenger = new MetricReport(500, 100, values) }, "signal").Verdict.ShouldBe(GateVerdict.Passed);
    }

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

        var result = Gates.Check(Fine with { Challenger = new MetricReport(500, 100, values) }, AllOff).ShouldHaveSingleItem();

        result.Verdict.ShouldBe(GateVerdict.Failed);
        result.Figures.ShouldContain(broken.ToString());
    }

    [Fact]
    public void A_probability_that_is_not_a_number_rejects_whatever_the_options_and_names_its_samples()
    {
        var result = Gates.Check(Fine with { NotNumbers = new NotNumbers(3, ["0a", "0b", "0c"]) }, AllOff).ShouldHaveSingleItem();

        result.Verdict.ShouldBe(GateVerdict.Failed);
        result.Figures.ShouldContain("3 of 500 probabilities are not numbers (samples 0a, 0b, 0c)");
        result.Values["NotNumbers"].ShouldBe(3);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(491)]
    public void Too_few_of_a_class_reject(int positives) =>
        Verdict(Fine with { Challenger = Report() with { Positives = positives } }, "classes").Verdict.ShouldBe(GateVerdict.Failed);

    [Theory]
    [InlineData(200, 4, GateVerdict.Failed)] // fewer than 5
    [InlineData(200, 49, GateVerdict.Failed)] // 9.8 % of the kept, under half of 20 %
    [InlineData(200, 51, GateVerdict.Passed)]
    [InlineData(3, 3, GateVerdict.Passed)] // fewer than 5 there are
    [InlineData(0, 0, GateVerdict.Skipped)]
    public void The_selection_has_to_leave_enough_of_each_class(int training, int kept, GateVerdict expected)
    {
        var figures = Fine with { Classes = [Class("good", 1000 - training, 500 - kept), Class("bad", training, kept)] };

        Verdict(figures, "selection:bad").Verdict.ShouldBe(expected);
    }

    [Theory]
    [InlineData(0.4, 0.05, GateVerdict.Warned)]
    [InlineData(0.4, 0.45, GateVerdict.Passed)] // as large as chance makes it
    [InlineData(0.2, 0.05, GateVerdict.Passed)]
    public void Drift_has_to_be_large_and_more_than_chance(double psi, double noise, GateVerdict expected) =>
        Verdict(Fine with { Drift = [new FieldDrift("limit", psi, 0.01, noise)] }, "drift").Verdict.ShouldBe(expected);

    [Fact]
    public void Drift_of_an_older_report_is_held_against_twice_its_noise()
    {
        new FieldDrift("limit", 0.3, 0.1).Alarm.ShouldBeTrue();
        new FieldDrift("limit", 0.3, 0.2).Alarm.ShouldBeFalse();
    }

    [Fact]
    public void A_late_training_sample_is_a_leak_and_a_repeated_borrower_only_where_it_is_not_meant()
    {
        (NoLeak with { LateTraining = 1 }).Leaks.ShouldBeTrue();
        (NoLeak with { LateReference = 1 }).Leaks.ShouldBeTrue();
        (NoLeak with { InReference = 1 }).Leaks.ShouldBeTrue();
        (NoLeak with { InReference = 1, SubjectsMayRepeat = true }).Leaks.ShouldBeFalse();
        Verdict(Fine with { Leaks = NoLeak with { LateTraining = 3 } }, "leakage").Figures.ShouldContain("3 training samples are from after 2023-06-01");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(499)]
    public void With_too_few_of_a_class_for_an_interval_the_gates_that_need_one_are_skipped_and_say_why(int positives)
    {
        var alone = new MetricReport(500, positives, Report().Values.ToDictionary(v => v.Key, v => Interval.Alone(v.Value.Value)));
        var against = new DifferenceReport(
            500, Against(-0.5, 0, 0, missRise: 0.5).Values.ToDictionary(v => v.Key, v => Difference.Alone(v.Value.Value)));

        var results = Gates.Check(Fine with { Challenger = alone, AgainstChampion = against }, new EvaluationOptions()).ToDictionary(r => r.Gate);

        foreach (var gate in new[] { "signal", "miss:champion", "champion" })
        {
            results[gate].Verdict.ShouldBe(GateVerdict.Skipped, gate);
            results[gate].Figures.ShouldContain(
                $"no intervals: {positives} of 500 test samples are bad and {500 - positives} are not; with fewer than 5 of either");
            results[gate].Values["N"].ShouldBe(500);
        }

        results["finite"].Verdict.ShouldBe(GateVerdict.Passed);
        results["miss"].Verdict.ShouldBe(GateVerdict.Passed);
        results["miss"].Figures.ShouldStartWith("Miss 0.00 %, at most");
        results["classes"].Verdict.ShouldBe(GateVerdict.Failed, "so such a model is rejected unless that is turned off too");
    }

    private static EvaluationOptions AllOff => Cases.Values.Aggregate(new EvaluationOptions(), (options, c) => c.With(options, GateMode.Off));

    /// <summary>What the champion gate says of a fall with an interval as wide as its detectable difference makes it.</summary>
    private static GateVerdict AfterFall(KsFallRule rule, double fall, double detectable, double upper)
    {
        var against = new DifferenceReport(500, new Dictionary<Metric, Difference>
        {
            [Metric.Ks] = new(fall, upper - (2 * 1.96 * detectable / 2.80), upper, detectable),
            [Metric.Miss] = new(0, 0, 0, 0.01),
        });
        return Verdict(Fine with { AgainstChampion = against }, "champion", new EvaluationOptions { KsFallRule = rule }).Verdict;
    }
}
