using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Reports.OfRun;

/// <summary>The sections of a run's report by value, and what they say before there is anything to say.</summary>
public sealed class RunSectionsTests
{
    [Fact]
    public void Before_anything_is_there_every_section_says_so_and_none_fails()
    {
        var facts =
            ARun.With(RunStatus.Running) with { Sides = [], Periods = [], Checkpoints = [], Predictions = [], PeriodOf = new Dictionary<string, int>() };
        var page = RunReport.Of(facts with { Result = facts.Result with { Scored = null, Notes = [] } });

        string Only(string id) => page.Sections.Single(s => s.Id == id).Blocks.OfType<Paragraph>().Single().Text;
        Only("metrics").ShouldBe("The model is not evaluated yet.");
        Only("curves").ShouldBe("No predictions are stored for this run, so there are no curves.");
        Only("scores").ShouldBe("The run has no scores yet.");
        Only("weights").ShouldBe("The run has no scores yet.");
        Only("samples").ShouldBe("The run has no scores yet.");
        Only("selection").ShouldBe("Nothing is selected yet.");
        Only("fairness").ShouldBe("The model is not evaluated yet.");
        Only("drift").ShouldBe("Drift is not measured yet.");
        HtmlReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
        MarkdownReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
    }

    [Fact]
    public void The_head_names_data_set_task_kind_and_how_long_it_took()
    {
        var page = RunReport.Of(ARun.Facts);

        page.Title.ShouldBe("toy: credit-scoring, full run");
        page.Subtitle.ShouldBe($"Run {ARun.Id}, requested 2026-01-01 00:00:00 UTC, took 1 min 35 s");
        page.Sections.Select(s => s.Id).Distinct().Count().ShouldBe(page.Sections.Count, "ids are anchors");
    }

    [Fact]
    public void Sides_without_times_say_so()
    {
        var rows = DataSection.Of(ARun.Facts).Blocks.OfType<DataTable>().Single(t => t.Caption == "Sides of the snapshot").Rows;

        rows.Select(r => r.Select(c => c.Text).ToArray()).ShouldBe(
            [["training", "8", "50.0 %", "no times", "no times"], ["reference", "4", "25.0 %", "2026-01-01 to 2026-01-28", "2026-01-30"]]);
    }

    [Fact]
    public void Options_at_their_defaults_need_no_table_and_others_show_both_values()
    {
        DataSection.Of(ARun.Facts).Blocks.OfType<Paragraph>().Single().Text.ShouldBe("All options are the defaults.");
        var changed = ARun.Facts with { Differences = [new OptionDifference(new RunOption("Agent:Epochs", "3", "Passes."), "5")] };
        DataSection.Of(changed).Blocks.OfType<DataTable>().Single(t => t.Caption.StartsWith("Options", StringComparison.Ordinal)).Rows.Single()
            .Select(c => c.Text).ShouldBe(["Agent:Epochs", "5", "3", "Passes."]);
    }

    [Fact]
    public void A_free_answer_has_no_bad_outcome()
    {
        var free =
            ARun.Facts with { Descriptor = ARun.Facts.Descriptor with { Answer = new() { Kind = ZiGong.Credit.Tasks.AnswerKind.Text, Column = "text" } } };

        var blocks = DataSection.Of(free).Blocks;
        blocks.OfType<Facts>().Single().Items.ShouldContain(new Fact("Answers", "free texts"));
        blocks.OfType<DataTable>().First().Rows.ShouldAllBe(r => r[2].Text == "none");
        DataSection.Of(ARun.Facts).Blocks.OfType<Facts>().Single().Items.ShouldContain(new Fact("Bad outcome", "answer 'bad' of 'good', 'bad'"));
    }

    [Fact]
    public void The_KS_curve_is_widest_where_its_figure_says()
    {
        // Bads at 0.9 and 0.4, goods at 0.6 and 0.1: TPR − FPR is 1/2 at 0.9, and again at 0.4.
        var figure = CurvesSection.Of(ARun.Facts).Blocks.OfType<Figures>().Single().Items[0];

        figure.Alt.ShouldContain("They lie furthest apart, by 0.500, at P(bad) = ");
        figure.Data.Rows.Select(r => string.Join(' ', r.Select(c => c.Text))).ShouldBe(
            ["0.1000 0.0 % 0.0 % 0.000", "0.4000 50.0 % 0.0 % 0.500", "0.6000 50.0 % 50.0 % 0.000", "0.9000 100.0 % 50.0 % 0.500"]);
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(1000, 25)]
    [InlineData(26, 25)]
    public void Thinned_curves_keep_both_ends_and_what_matters(int count, int most)
    {
        int[] points = [.. Enumerable.Range(0, count)];

        var thinned = CurvesSection.Thinned(points, most, 7);

        thinned[0].ShouldBe(0);
        thinned[^1].ShouldBe(count - 1);
        thinned.ShouldContain(7);
        thinned.ShouldBe(thinned.Order().Distinct());
        thinned.Count.ShouldBeInRange(most, most + 1);
        CurvesSection.Thinned(points, count).ShouldBe(points, "nothing is left out where all fit");
    }

    [Fact]
    public void Scores_are_told_per_class_with_their_signs()
    {
        var blocks = ScoresSection.Of(ARun.Facts).Blocks;

        blocks.OfType<Figures>().Single().Items[0].Alt.ShouldContain("bad: median -1.5, 75.0 % below 0, good: median 2.5, 0.0 % below 0");
        blocks.OfType<DataTable>().Single().Rows.Select(r => string.Join(' ', r.Select(c => c.Text))).ShouldBe(["bad 4 0 3 0", "good 4 4 0 2"]);
        blocks.OfType<Figures>().Single().Items[1].Data.Rows.Select(r => $"{r[0].Text} {r[1].Text}")
            .ShouldBe(["2023-01, bad 0", "2023-01, good 4", "2023-02, bad 4", "2023-02, good 0"]);
    }

    [Fact]
    public void Cards_of_samples_say_place_score_and_why_they_were_kept()
    {
        var lists = SamplesSection.Of(ARun.Facts).Blocks.OfType<SampleList>().ToList();

        lists[0].Samples.Select(s => s.Heading).ShouldBe(["1 of 8: score 4", "2 of 8: score 3", "3 of 8: score 2", "4 of 8: score 1"]);
        lists[1].Samples.Select(s => s.Heading).ShouldBe(["1 of 8: score -3", "2 of 8: score -2", "3 of 8: score -1", "4 of 8: score 0"]);
        lists[0].Samples[0].Facts.ShouldContain(new Fact("Selection", "kept (top), rank 1"));
        lists[0].Samples[0].Facts.ShouldContain(new Fact("Observed", "2026-01-05"));
        lists[0].Samples[2].Facts.ShouldContain(new Fact("Selection", "not kept"));
        lists[0].Samples[2].Facts.ShouldNotContain(f => f.Name == "Observed");
        lists[0].Samples[2].Facts.ShouldContain(new Fact("Loss per checkpoint", "0.700, 0.250"));
    }

    [Fact]
    public void Weights_are_named_by_their_period_and_carry_the_checkpoints_figures()
    {
        var figure = WeightsSection.Of(ARun.Facts).Blocks.OfType<Figures>().Single().Items.Single();

        figure.Alt.ShouldBe("2023-01: 0.500, 2023-02: 1.000.");
        figure.Data.Rows.Select(r => string.Join(' ', r.Select(c => c.Text))).ShouldBe(
            ["2023-01 24000.000 0.500 0.25 1,200 0.500", "2023-02 24001.000 1.000 0.125 2,400 0.250"]);
        var unnamed = WeightsSection.Of(ARun.Facts with { Periods = [], Checkpoints = [] }).Blocks.OfType<Figures>().Single().Items.Single();
        unnamed.Data.Rows.Select(r => string.Join('|', r.Select(c => c.Text))).ShouldBe(["checkpoint 1|24000.000|0.500|||", "checkpoint 2|24001.000|1.000|||"]);
    }

    [Theory]
    [InlineData(DecayClock.Checkpoint, true, "before the snapshot's as-of time.")]
    [InlineData(DecayClock.Both, true, "a sample's own age counts as well")]
    [InlineData(DecayClock.Checkpoint, false, "γ = 1 was used whatever the options say")]
    public void The_text_on_weights_says_whose_age_counts(DecayClock clock, bool identified, string words)
    {
        var facts = ARun.Facts with { Options = new RunOptions { TracSeq = new TracSeqOptions { Clock = clock } } };
        var view = facts.Result.View with { Snapshot = new SnapshotRow { DecayIdentified = identified } };

        WeightsSection.Of(facts with { Result = facts.Result with { View = view } }).Lead.ShouldContain(words);
    }

    [Fact]
    public void Lineage_names_what_is_there_and_nothing_else()
    {
        string[] Names(RunFacts facts) => [.. LineageSection.Of(facts).Blocks.OfType<Facts>().Single().Items.Select(f => f.Name)];

        Names(ARun.With()).ShouldBe(["Run", "Generation", "Code version", "Snapshot", "Options"]);
        Names(ARun.With(report: ARun.Report)).ShouldBe([
            "Run", "Generation", "Code version", "Snapshot", "Selection", "Data set", "Base", "Adapter", "Predictions", "Predictions of the scorecard",
            "Hash of the options", "Adapter's folder", "Options"]);
        Names(ARun.With(report: ARun.Report with { Lineage = ARun.Report.Lineage with { Predictions = null, ScorecardPredictions = null } }))
            .ShouldNotContain("Predictions");
    }

    [Fact]
    public void Timings_show_what_is_done_reused_and_retried()
    {
        var figure = TimingsSection.Of(ARun.Facts).Blocks.OfType<Figures>().Single().Items.Single();

        figure.Alt.ShouldEndWith("The most work went into Agent: 1 min 30 s.");
        figure.Data.Rows.Select(r => string.Join('|', r.Select(c => c.Text))).ShouldBe(
            ["Snapshot|1 of 1|snapshots|0|0|2.0 s|2.0 s", "Agent|1.5 of 2|checkpoints|1|2|60 s|1 min 30 s"]);
    }

    [Fact]
    public void Fairness_says_where_groups_are_too_small_to_compare()
    {
        var groups = new[] { new GroupFigures("a", 120, 0.75, 0.8, 0.5, true), new GroupFigures("b", 12, 0.5, null, 1, false) };
        var report = ARun.Report with { Fairness = [new FairnessReport("sex", groups, null, null, null, null)], ScorecardFairness = [] };

        var blocks = FairnessSection.Of(ARun.With(report: report)).Blocks;

        blocks.OfType<DataTable>().Single().Rows.Single().Select(c => c.Text).ShouldBe(
            ["sex, model", "not measured", "not measured", "not measured", "not measured", "1 of 2"]);
        var figure = blocks.OfType<Figures>().Single().Items.Single();
        figure.Title.ShouldBe("Favourable predictions by Sex", "the label, where the descriptor has one");
        figure.Alt.ShouldStartWith("Fewer than two groups have ");
        figure.Data.Rows.Select(r => string.Join('|', r.Select(c => c.Text))).ShouldBe(
            ["a|120|75.0 %|80.0 %|50.0 %|yes", "b|12|50.0 %|none|100.0 %|too small"]);
        FairnessSection.Of(ARun.With(report: report with { Fairness = [] })).Blocks.OfType<Paragraph>().Single().Text
            .ShouldBe("The data set's descriptor names no protected field.");
    }
}
