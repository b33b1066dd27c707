using Shouldly;
using Xunit;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Evaluation;
using ZiGong.Reports;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Reports.Runs;
using ZiGong.Storage.Entities;
using ZiGong.UnitTests.Credit.Encodings;
using ZiGong.UnitTests.Evaluation;

namespace ZiGong.UnitTests.Reports.OfRun;

public sealed class RunReportTests
{
    [Theory]
    [InlineData(0.25, "alarm", "stands at 0.250")]
    [InlineData(0.5, "moved", "stands at 0.500")]
    public void Drift_alarms_at_the_limit_of_the_run_as_its_gate_does(double limit, string reading, string caption)
    {
        var section = DriftSection.Of(Facts(new EvaluationOptions { MaximumPsi = limit }, [new FieldDrift("limit", 0.4, 0.01, 0.05)], []));

        var figure = section.Blocks.OfType<Figures>().Single().Items.Single();
        section.Lead.ShouldContain(FormattableString.Invariant($"above {limit:0.000}"));
        figure.Alt.ShouldContain(caption);
        figure.Alt.Contains("No field alarms", StringComparison.Ordinal).ShouldBe(reading != "alarm");
        figure.Data.Rows.Single()[^1].Text.ShouldBe(reading);
    }

    [Fact]
    public void Drift_of_the_score_has_a_limit_of_its_own()
    {
        var section = DriftSection.Of(Facts(
            new EvaluationOptions { MaximumScorePsi = 0.5 }, [new FieldDrift("limit", 0.4, 0.01, 0.05)], [new FieldDrift("model", 0.4, 0.01, 0.05)]));

        section.Blocks.OfType<Figures>().Single().Items.Single().Data.Rows.Single()[^1].Text.ShouldBe("alarm");
        section.Blocks.OfType<DataTable>().Single().Rows.Single()[^1].Text.ShouldBe("moved");
    }

    [Fact]
    public void A_verdict_says_what_its_intervals_cover_and_claims_no_more_of_the_test_side_than_this_run_knows()
    {
        var sentences = RunVerdict.Of(Facts(new EvaluationOptions(), [], [])).Sentences;

        sentences[0].ShouldStartWith("On 120 test samples that nothing in this run had looked at before");
        sentences.ShouldContain(s => s.Contains("not another training", StringComparison.Ordinal));
    }

    [Fact]
    public void With_one_bad_no_interval_is_printed_anywhere_and_the_sentence_says_why()
    {
        const string why = "o intervals: 1 of 120 test samples are bad and 119 are not; with fewer than 5 of either, drawing them again says nothing of others";
        var report = ReportWritingTests.WriteWithBads(1);
        var facts = Facts(report, new EvaluationOptions());

        var page = RunVerdict.Of(facts);
        page.Sentences[0].ShouldContain($"(n{why})");
        page.Sentences[1].ShouldStartWith("Whether the model is better than the scorecard cannot be said: KS differs by ");
        page.Sentences.Take(2).ShouldAllBe(s => !s.Contains('['));
        page.Figures.ShouldAllBe(f => !f.Detail.Contains('['));
        var metrics = MetricsSection.Of(facts);
        metrics.Blocks.OfType<Paragraph>().ShouldContain(p => p.Text == $"N{why}.");
        metrics.Blocks.OfType<DataTable>().SelectMany(t => t.Rows).SelectMany(r => r).ShouldAllBe(c => !c.Text.Contains('['));
        metrics.Blocks.OfType<DataTable>().Last().Rows.ShouldAllBe(r => r.Last().Text == "no interval");
        HtmlReport.Write(new ReportPage("k", "t", "s", page, [metrics], "o")).ShouldContain($"N{why}.");

        using var output = new StringWriter();
        RunResultView.PrintMetrics(report, new Screen(output, TextWriter.Null, markdown: true));
        output.ToString().ShouldContain($"N{why}.");
        output.ToString().ShouldNotContain("], ");
        output.ToString().ShouldNotContain("Detectable: the smallest");
    }

    [Fact]
    public void One_run_is_better_or_worse_beyond_the_chance_of_its_test_samples_alone()
    {
        Reading.Sentence(Metric.Ks, new Difference(0.1, 0.05, 0.15, 0.07), "the model", "the scorecard", 500)
            .ShouldBe(
                "The model is better than the scorecard beyond the chance of which test samples were drawn: "
                + "KS differs by +0.100 [+0.050, +0.150] on 500 test samples.");
    }

    private static RunFacts Facts(EvaluationOptions options, IReadOnlyList<FieldDrift> drift, IReadOnlyList<FieldDrift> scores)
    {
        var report = ReportWritingTests.Write(ReportWritingTests.GoodModel) with { Drift = drift, ScoreDrift = scores };
        return Facts(report, options);
    }

    private static RunFacts Facts(EvaluationReport report, EvaluationOptions options)
    {
        var view = new RunView(new RunRow { Dataset = "toy", Status = RunStatus.Completed }, null, [], []);
        return new RunFacts(
            new RunResult(view, report, null, null, [], null), EncodingFixtures.Descriptor, new RunOptions { Evaluation = options }, [], [], [],
            new Dictionary<string, int>(), [], []);
    }
}
