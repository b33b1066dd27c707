using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class AllAnswersTests
{
    private static readonly string[] Answers = ["positive", "neutral", "negative"];

    // True, said: how many. Said are 3, 10 and 2 of 15; true 4, 6 and 5.
    private static readonly (int True, int Said, int Count)[] Cells =
        [(0, 0, 2), (0, 1, 2), (1, 0, 1), (1, 1, 5), (2, 1, 3), (2, 2, 2)];

    [Fact]
    public void Fifteen_rows_of_three_answers_worked_by_hand()
    {
        var all = AnswerBootstrap.Evaluate(Rows(Cells), seed: 1, resamples: 50);

        all.Confusion.ShouldBe([[2, 2, 0], [1, 5, 0], [0, 3, 2]]);
        all.Answers.Select(a => (a.Answer, a.Test, a.Said)).ShouldBe([("positive", 4, 3), ("neutral", 6, 10), ("negative", 5, 2)]);
        all.Answers.Select(a => a.Recall!.Value).ShouldBe([0.5, 5.0 / 6, 0.4], 1e-12);
        all.Answers.Select(a => a.Precision!.Value).ShouldBe([2.0 / 3, 0.5, 1], 1e-12);
        all.Answers.Select(a => a.F1.Value).ShouldBe([4.0 / 7, 10.0 / 16, 4.0 / 7], 1e-12);
        all.Accuracy.Value.ShouldBe(0.6, 1e-12);
        all.MacroF1.Value.ShouldBe(((4.0 / 7) + 0.625 + (4.0 / 7)) / 3, 1e-12);
        // c = 9 right of s = 15; Σ p t = 3·4 + 10·6 + 2·5 = 82, Σ p² = 113, Σ t² = 77: (135 − 82) / √(112 · 148).
        all.Mcc.Value.ShouldBe(53 / Math.Sqrt(112 * 148), 1e-12);
        all.Mcc.Value.ShouldBe(0.4117, 1e-4);
    }

    [Fact]
    public void Always_the_most_frequent_answer_finds_no_other_however_often_it_is_right()
    {
        var all = AnswerBootstrap.Evaluate(Rows((0, 1, 4), (1, 1, 90), (2, 1, 6)), seed: 1, resamples: 50);

        all.Accuracy.Value.ShouldBe(0.9, 1e-12);
        all.Answers.Select(a => a.Recall!.Value).ShouldBe([0, 1, 0]);
        all.Answers[0].Precision.ShouldBeNull();
        all.MacroF1.Value.ShouldBe(180.0 / 190 / 3, 1e-12);
        all.Mcc.Value.ShouldBe(0);
    }

    [Fact]
    public void An_answer_that_is_neither_true_nor_said_takes_no_part_in_macro_f1() =>
        AnswerBootstrap.Evaluate(Rows((0, 0, 6), (1, 1, 6)), seed: 1, resamples: 50).MacroF1.Value.ShouldBe(1);

    [Fact]
    public void Of_two_answers_the_figures_are_those_of_the_bad_against_the_good()
    {
        var random = new SeededRandom(3);
        bool[] bad = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() < 0.3)];
        double[] p = [.. bad.Select(b => random.NextDouble() + (b ? 0.2 : 0)).Select(x => Math.Min(1, x))];
        var two = Predictions.Of(p, bad).Measure();

        var all = AnswerBootstrap.Evaluate(
            new AnsweredRows(["good", "bad"], [.. bad.Select(b => b ? 1 : 0)], [.. p.Select(x => x >= 0.5 ? 1 : 0)]), seed: 1, resamples: 50);

        all.Accuracy.Value.ShouldBe(two[Metric.Acc], 1e-12);
        all.MacroF1.Value.ShouldBe(two[Metric.MacroF1], 1e-12);
        all.Mcc.Value.ShouldBe(two[Metric.Mcc], 1e-12);
        all.Answers[1].F1.Value.ShouldBe(two[Metric.F1], 1e-12);
    }

    [Fact]
    public void Intervals_hold_the_figures_and_differences_are_paired()
    {
        var (rows, always) = (Rows(Times(Cells, 20)), Rows(Times([(0, 1, 4), (1, 1, 6), (2, 1, 5)], 20)));

        var all = AnswerBootstrap.Evaluate(rows, seed: 1, resamples: 400);
        var gain = AnswerBootstrap.Compare(rows, always, seed: 1, resamples: 400);

        all.WithoutIntervals.ShouldBeNull();
        // 300 rows, 60 % right: standard error √(.6·.4/300) = .0283.
        all.Accuracy.Lower.ShouldBe(0.6 - (1.96 * 0.0283), 0.01);
        all.Accuracy.Upper.ShouldBe(0.6 + (1.96 * 0.0283), 0.01);
        all.Answers.ShouldAllBe(a => a.F1.Lower < a.F1.Value && a.F1.Value < a.F1.Upper);
        gain.MacroF1.Value.ShouldBe(all.MacroF1.Value - (12.0 / 21 / 3), 1e-12);
        gain.MacroF1.Lower.ShouldBeGreaterThan(0);
        AnswerBootstrap.Compare(always, always, seed: 1, resamples: 50).MacroF1.ShouldBe(new Difference(0, 0, 0, 0));
    }

    [Fact]
    public void With_four_of_an_answer_there_is_no_interval_and_the_sentence_names_it()
    {
        var rows = Rows([(0, 0, 4), (1, 1, 90), (2, 2, 6)]);

        var all = AnswerBootstrap.Evaluate(rows, seed: 1, resamples: 50);

        all.WithoutIntervals.ShouldBe(
            "no intervals: the test side holds 4 of 'positive'; with fewer than 5 of an answer, drawing them again says nothing of others");
        (all.MacroF1.HasEnds, all.Accuracy.HasEnds, all.Answers[1].F1.HasEnds).ShouldBe((false, false, false));
        AnswerBootstrap.Compare(rows, rows, seed: 1, resamples: 50).MacroF1.HasEnds.ShouldBeFalse();
        JsonSerializer.Serialize(JsonSerializer.Deserialize<AllAnswers>(JsonSerializer.Serialize(all))).ShouldBe(JsonSerializer.Serialize(all));
    }

    [Fact]
    public void Rows_that_do_not_match_are_refused()
    {
        Should.Throw<ArgumentException>(() => new AnsweredRows(Answers, [0, 1], [0]));
        Should.Throw<ArgumentException>(() => new AnsweredRows(Answers, [0, 3], [0, 0]));
        Should.Throw<ArgumentException>(() => new AnsweredRows(Answers, [0], [-1]));
        Should.Throw<ArgumentException>(() => AnswerBootstrap.Compare(Rows((0, 0, 1)), Rows((1, 0, 1)), 1)).Message.ShouldContain("same rows");
    }

    private static (int True, int Said, int Count)[] Times((int True, int Said, int Count)[] cells, int times) =>
        [.. cells.Select(c => (c.True, c.Said, c.Count * times))];

    private static AnsweredRows Rows(params (int True, int Said, int Count)[] cells)
    {
        var rows = cells.SelectMany(c => Enumerable.Repeat(c, c.Count)).ToArray();
        return new AnsweredRows(Answers, [.. rows.Select(r => r.True)], [.. rows.Select(r => r.Said)]);
    }
}
