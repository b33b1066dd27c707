using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Evaluation;
using ZiGong.Evaluation.Generative;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Evaluation;

public sealed class GenerativeGatesTests
{
    private static GenerativeReport Figures(double f1 = 0.6, double hallucination = 0.01, int n = 100, double empty = 0)
    {
        static Interval At(double value) => new(value, value, value);
        return new GenerativeReport(n, At(f1 / 2), At(f1), At(hallucination), At(hallucination), At(empty));
    }

    private static readonly LeakFigures Apart = new(50, 0, 0, 0, false, null, 0, 0, null);

    private static GenerativeFindings Findings(GenerativeReport? model = null, Difference? gain = null, Difference? champion = null) =>
        new(model ?? Figures(), Figures(0.2), "clerk", gain ?? new Difference(0.4, 0.3, 0.5, 0.1), champion, []);

    private static GateVerdict Verdict(string gate, GenerativeFindings findings) =>
        GenerativeGates.Check(findings, Apart, null, [], new EvaluationOptions()).Single(g => g.Gate == gate).Verdict;

    [Fact]
    public void A_good_model_passes_every_gate_and_none_of_them_speaks_of_ranks()
    {
        var gates = GenerativeGates.Check(
            Findings(champion: new Difference(0.1, 0, 0.2, 0.1)), Apart, null, [new FieldDrift("income", 0.01, 0.01)], new EvaluationOptions());

        gates.ShouldAllBe(g => g.Verdict == GateVerdict.Passed);
        gates.ShouldNotContain(g => g.Figures.Contains("KS", StringComparison.Ordinal) || g.Figures.Contains("AUC", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_too_few_answers_for_an_interval_the_comparing_gates_are_skipped_and_say_why()
    {
        var few = Findings(Figures(n: 4), Difference.Alone(0.4), Difference.Alone(-0.4));

        var gates = GenerativeGates.Check(few, Apart, null, [], new EvaluationOptions()).ToDictionary(g => g.Gate);

        (gates["signal"].Verdict, gates["champion"].Verdict, gates["size"].Verdict).ShouldBe((GateVerdict.Skipped, GateVerdict.Skipped, GateVerdict.Failed));
        gates["signal"].Figures.ShouldContain("no intervals: with 4 answers, fewer than 5");
        gates["champion"].Figures.ShouldContain("no intervals");
    }

    [Fact]
    public void A_gain_over_the_usual_answer_that_may_be_none_is_no_signal() =>
        Verdict("signal", Findings(gain: new Difference(0.1, -0.01, 0.2, 0.15))).ShouldBe(GateVerdict.Failed);

    [Fact]
    public void Made_up_facts_are_rejected_above_the_limit()
    {
        Verdict("hallucination", Findings(Figures(hallucination: 0.05))).ShouldBe(GateVerdict.Passed);
        Verdict("hallucination", Findings(Figures(hallucination: 0.06))).ShouldBe(GateVerdict.Failed);
    }

    [Fact]
    public void Borrowers_on_two_sides_are_rejected()
    {
        var gate = GenerativeGates.Check(Findings(), Apart with { InTraining = 3 }, null, [], new EvaluationOptions()).Single(g => g.Gate == "leakage");
        (gate.Verdict, gate.Values["InTraining"]).ShouldBe((GateVerdict.Failed, 3));
    }

    [Fact]
    public void Too_many_empty_answers_are_rejected()
    {
        Verdict("empty", Findings(Figures(empty: 0.01))).ShouldBe(GateVerdict.Passed);
        Verdict("empty", Findings(Figures(empty: 0.02))).ShouldBe(GateVerdict.Failed);
    }

    [Fact]
    public void Few_answers_say_nothing() => Verdict("size", Findings(Figures(n: 19))).ShouldBe(GateVerdict.Failed);

    [Theory]
    [InlineData(-0.01, -0.03, 0.01, GateVerdict.Passed)]
    [InlineData(-0.03, -0.05, 0.01, GateVerdict.Failed)]
    [InlineData(-0.01, -0.02, -0.001, GateVerdict.Failed)]
    public void The_champion_is_not_replaced_by_a_worse_one(double value, double lower, double upper, GateVerdict verdict) =>
        Verdict("champion", Findings(champion: new Difference(value, lower, upper, 0.02))).ShouldBe(verdict);

    [Fact]
    public void The_paired_difference_is_that_of_the_means_and_certain_where_all_rows_agree()
    {
        GenerativeAnswer[] right = [.. Enumerable.Range(0, 30).Select(i => new GenerativeAnswer($"{i}", "", "clerk", "clerk"))];
        GenerativeAnswer[] half = [.. right.Select((a, i) => i % 2 == 0 ? a : a with { Answer = "nurse" })];

        PairedF1.Of(right, right, 1, 200).ShouldBe(new Difference(0, 0, 0, 0));
        var gap = PairedF1.Of(right, half, 1, 2000);
        gap.Value.ShouldBe(0.5, 1e-12);

        // Standard error of a mean of 30 draws of 0 and 1 with variance 1/4: 0.0913; the normal interval is 0.5 ± 0.179.
        gap.Lower.ShouldBe(0.5 - 0.179, 0.03);
        gap.Upper.ShouldBe(0.5 + 0.179, 0.03);
        gap.Detectable.ShouldBe(2.8016 * 0.0913, 0.02);
        Should.Throw<ArgumentException>(() => PairedF1.Of(right, half[..29], 1, 200));
    }

    [Fact]
    public void The_usual_answer_is_the_most_frequent_one_and_ties_go_by_text()
    {
        static Sample Of(string answer) => new("", "", "", "", "", new Dictionary<string, string>(), answer, null, null);

        GenerativeEvaluation.MostFrequent([Of("b"), Of("a"), Of("c"), Of("c")]).ShouldBe("c");
        GenerativeEvaluation.MostFrequent([Of("b"), Of("a")]).ShouldBe("a");
    }
}
