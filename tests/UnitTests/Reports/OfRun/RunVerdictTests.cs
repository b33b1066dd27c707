using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Reports.OfRun;

/// <summary>What a run came to, in one word and one sentence.</summary>
public sealed class RunVerdictTests
{
    private static readonly Lineage Lineage = new("s", "s", "d", "b", "a", "o", "c");

    [Fact]
    public void A_model_that_passed_is_ready_and_the_gates_with_something_to_compare_are_counted()
    {
        var report = ARun.Report with { Gates = [Gate("a", GateVerdict.Passed), Gate("b", GateVerdict.Passed), Gate("c", GateVerdict.Skipped)] };

        var verdict = RunVerdict.Of(ARun.With(report: report, ready: Ready));

        (verdict.Tone, verdict.Word).ShouldBe((Tone.Good, "Model ready"));
        verdict.Headline.ShouldBe("The model passed all 2 gates that had something to compare and was announced as champion for toy.");
    }

    [Theory]
    [InlineData(1, "1 of 3 gates warns.")]
    [InlineData(2, "2 of 3 gates warn.")]
    public void Warnings_of_a_model_that_passed_stand_in_its_headline(int warnings, string end)
    {
        var report = ARun.Report with { Gates = [.. Enumerable.Range(0, 3).Select(i => Gate($"{i}", i < warnings ? GateVerdict.Warned : GateVerdict.Passed))] };

        RunVerdict.Of(ARun.With(report: report, ready: Ready)).Headline.ShouldBe($"The model passed and was announced as champion for toy; {end}");
    }

    [Fact]
    public void A_rejection_gives_its_reason_or_counts_them()
    {
        RunVerdict.Of(ARun.With(rejected: Rejected("signal: AUC 0.4"))).Headline.ShouldBe("The model was rejected: signal: AUC 0.4");
        var several = RunVerdict.Of(ARun.With(rejected: Rejected("a: 1", "b: 2")));
        (several.Tone, several.Word, several.Headline).ShouldBe((Tone.Bad, "Model rejected", "The model was rejected for 2 reasons: a: 1; b: 2"));
    }

    [Theory]
    [InlineData(RunStatus.Failed, Tone.Bad, "Run failed", "failed in stage Agent, unit slice-0001: no memory")]
    [InlineData(RunStatus.Cancelled, Tone.Bad, "Run cancelled", "was cancelled")]
    [InlineData(RunStatus.Completed, Tone.Neutral, "Experiment", "an arm of an experiment")]
    [InlineData(RunStatus.Running, Tone.Neutral, "Not finished", "The run has not ended: Agent 1.5/2 checkpoints")]
    public void A_run_without_a_model_says_how_it_stands(RunStatus status, Tone tone, string word, string headline)
    {
        var verdict = RunVerdict.Of(ARun.With(status, failure: """{"Stage":"Agent","FailedUnit":"slice-0001","Reason":"no memory"}"""));

        (verdict.Tone, verdict.Word).ShouldBe((tone, word));
        verdict.Headline.ShouldContain(headline);
        (verdict.Sentences.Count, verdict.Figures.Count, verdict.Blocks.Count).ShouldBe((0, 0, 0), "nothing is measured");
    }

    [Theory]
    [InlineData(0, 0, "none warns or fails")]
    [InlineData(2, 0, "2 warned")]
    [InlineData(0, 1, "1 failed")]
    [InlineData(1, 2, "2 failed, 1 warned")]
    public void Gates_are_counted_by_what_they_said(int warned, int failed, string words)
    {
        GateResult[] gates =
        [
            Gate("passed", GateVerdict.Passed), .. Enumerable.Range(0, warned).Select(i => Gate($"w{i}", GateVerdict.Warned)),
            .. Enumerable.Range(0, failed).Select(i => Gate($"f{i}", GateVerdict.Failed)),
        ];
        var verdict = RunVerdict.Of(ARun.With(report: ARun.Report with { Gates = gates }));

        verdict.Figures[^1].ShouldBe(new KeyFigure("Gates passed", $"1 of {gates.Length}", words));
        var table = verdict.Blocks.OfType<DataTable>().Single();
        table.Rows.Select(r => r[1].Tone).ShouldBe(
            [Tone.Good, .. Enumerable.Repeat(Tone.Warning, warned), .. Enumerable.Repeat(Tone.Bad, failed)]);
    }

    [Fact]
    public void Where_the_whole_curve_says_another_thing_than_its_one_point_both_are_said()
    {
        Difference up = new(0.1, 0.05, 0.15, 0.05), open = new(0.01, -0.05, 0.07, 0.06);
        string[] Of(Difference ks, Difference auc) =>
        [
            .. RunVerdict.Of(ARun.With(
                report: ARun.Report with
                {
                    AgainstScorecard = new DifferenceReport(120, new Dictionary<Metric, Difference> { [Metric.Ks] = ks, [Metric.Auc] = auc }),
                }))
                .Sentences.Where(s => s.Contains("the scorecard", StringComparison.Ordinal) && s.Contains(" differs by ", StringComparison.Ordinal)),
        ];

        Of(up, up).Length.ShouldBe(1);
        Of(open, up).Length.ShouldBe(2);
        Of(open, up)[1].ShouldStartWith("The model is better than the scorecard");
    }

    [Fact]
    public void A_champion_is_compared_with_and_what_stopped_it_is_said()
    {
        var against = new DifferenceReport(120, new Dictionary<Metric, Difference> { [Metric.Ks] = new(-0.1, -0.15, -0.05, 0.05) });
        Last(ARun.Report with { AgainstChampion = against }).ShouldStartWith("The model is worse than the champion before it");
        Last(ARun.Report with { Gates = [Gate("champion", GateVerdict.Failed, "its artifact is damaged")] }).ShouldBe("Its artifact is damaged.");
        Last(ARun.Report with { Gates = [Gate("champion", GateVerdict.Skipped, "there is no champion yet")] })
            .ShouldBe("There was no champion to compare with.");

        string Last(EvaluationReport report) => RunVerdict.Of(ARun.With(report: report)).Sentences
            .TakeWhile(s => !s.StartsWith("All intervals", StringComparison.Ordinal)).Last();
    }

    [Fact]
    public void What_was_kept_is_a_share_of_the_training_side() =>
        RunVerdict.Of(ARun.With(report: ARun.Report)).Figures.ShouldContain(new KeyFigure("Training samples kept", "50.0 %", "50 of 100"));

    private static ModelReady Ready => new(ARun.Id, 1, "m", "uri", new Dictionary<string, double>(), Lineage);

    private static ModelRejected Rejected(params string[] reasons) => new(ARun.Id, 1, "m", reasons, "uri", new Dictionary<string, double>(), Lineage);

    private static GateResult Gate(string name, GateVerdict verdict, string figures = "figures") => new(name, verdict, figures);
}
