using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.OfExperiment;
using ZiGong.Reports.Page;

namespace ZiGong.ReportTests;

/// <summary>What an experiment's report says of its figures.</summary>
public sealed class ExperimentReportTests
{
    [Fact]
    public void The_headline_counts_what_the_intervals_show()
    {
        var verdict = ExperimentReport.Of(AnExperiment.Complete).Verdict;
        verdict.Headline.ShouldBe("In KS, 1 comparison of 3 is better beyond chance, 1 worse, 1 undecided.");
        verdict.Sentences[0].ShouldBe(
            "KS against full: better beyond chance: top-50 +0.030; worse beyond chance: top-10 −0.070; no difference shown: random-50 −0.010. "
            + "True differences above 0.028 would have been shown in every one of these comparisons (power 80 %).");
        verdict.Sentences[1].ShouldContain("Of 3 comparisons without any true difference, about 0.150 would look like one");
    }

    [Fact]
    public void A_fall_of_the_Brier_score_is_an_improvement()
    {
        var tables = ExperimentReport.Of(AnExperiment.Complete).Sections.Single(s => s.Id == "differences").Blocks.OfType<DataTable>();
        tables.Single(t => t.Caption.StartsWith("Brier", StringComparison.Ordinal)).Rows.Select(r => r[4].Text).ShouldBe(["better", "worse", "within chance"]);
    }

    [Fact]
    public void Caps_seeds_and_arms_that_were_left_out_are_named()
    {
        var markdown = MarkdownReport.Write(ExperimentReport.Of(AnExperiment.Complete));
        markdown.ShouldContain("at most 4,000 training samples, at most 1,500 reference samples");
        markdown.ShouldContain("1, 2, 3; measured\\: 1, 2, 3");
        markdown.ShouldContain("Left out\\: less\\-50 \\<b\\>because\\</b\\> of \\*space\\*");
    }

    [Fact]
    public void The_curve_holds_every_arm_of_a_series_in_order_of_the_varied_quantity()
    {
        var figure = ExperimentReport.Of(AnExperiment.Complete).Sections.Single(s => s.Id == "curves").Blocks.OfType<Figures>().Single().Items[0];
        figure.Data.Rows.Select(r => (r[0].Text, r[1].Text)).ShouldBe([("top-10", "0.1"), ("top-50", "0.5"), ("random-50", "0.5")]);
        figure.Data.Rows[0][5].Text.ShouldBe("0.340, 0.350, 0.360");
    }

    [Fact]
    public void An_experiment_that_has_only_begun_says_so_and_claims_nothing()
    {
        var page = ExperimentReport.Of(AnExperiment.Begun);
        page.Verdict.Word.ShouldBe("5 of 12 runs done");
        page.Verdict.Headline.ShouldStartWith("Nothing is measured yet");
        HtmlReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
        MarkdownReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
    }

    [Fact]
    public void With_too_few_of_a_class_figures_stand_alone_and_nothing_is_said_of_chance()
    {
        var complete = AnExperiment.Complete;
        var page = ExperimentReport.Of(complete with
        {
            Arms = [.. complete.Arms.Select(a => a with { Metrics = a.Metrics.ToDictionary(m => m.Key, m => m.Value.Alone()) })],
            Comparisons =
            [
                .. complete.Comparisons.Select(c => c with { Differences = c.Differences.ToDictionary(d => d.Key, d => Difference.Alone(d.Value.Value)) }),
            ],
        });

        page.Verdict.Headline.ShouldBe("The test samples hold too few of a class: no difference can be told from chance.");
        page.Verdict.Sentences[0].ShouldBe("KS against full, without intervals: top-50 +0.030, top-10 −0.070, random-50 −0.010.");
        page.Sections.Single(s => s.Id == "differences").Blocks.OfType<DataTable>().First().Rows
            .ShouldAllBe(r => r[4].Text == "no interval" && r[3].Text == "-");
        page.Sections.Single(s => s.Id == "arms").Blocks.OfType<DataTable>().Single().Rows[0][1].Text.ShouldBe("0.420 ± 0.010");
        HtmlReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
        MarkdownReport.Write(page).ShouldNotContain("NaN", Case.Sensitive);
    }

    [Fact]
    public void Every_run_is_named_so_that_its_own_report_can_be_had()
    {
        var runs = ExperimentReport.Of(AnExperiment.Complete).Sections.Single(s => s.Id == "lineage").Blocks.OfType<DataTable>().Single();
        runs.Rows.Count.ShouldBe(12);
        runs.Rows.ShouldAllBe(r => r[2].Text.Length == 36);
    }
}
