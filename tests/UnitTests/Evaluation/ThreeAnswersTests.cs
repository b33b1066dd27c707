using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Reports.Runs;
using ZiGong.Storage.Entities;
using ZiGong.UnitTests.Credit.Encodings;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>A task of three answers, six in ten of them neutral, as sentences about companies are.</summary>
public sealed class ThreeAnswersTests
{
    private static readonly string[] Allowed = ["positive", "neutral", "negative"];

    private static readonly DatasetDescriptor Descriptor = EncodingFixtures.Descriptor with
    {
        Task = "sentiment", Answer = EncodingFixtures.Descriptor.Answer with { Allowed = Allowed, Positive = "negative" },
    };

    private static readonly Sample[] Train = Side(1, 200), Test = Side(1001, 200);

    private static readonly SampleEncoding Encoding = SampleEncoding.Fit(Descriptor, Train);

    private static readonly Scorecard Card = Scorecard.Fit(Encoding, Train, 1);

    private static int[] Truth => [.. Test.Select(s => Array.IndexOf(Allowed, s.Answer))];

    [Fact]
    public void A_model_that_always_says_neutral_is_not_announced_however_often_it_is_right()
    {
        var report = Write(_ => 1);

        report.AllAnswers!.Model.Accuracy.Value.ShouldBe(0.6, 1e-12);
        report.AllAnswers.UsualAnswer.ShouldBe("neutral");
        report.AllAnswers.Model.Answers.Select(a => (a.Answer, a.Recall!.Value)).ShouldBe([("positive", 0), ("neutral", 1), ("negative", 0)]);
        report.Classes.Select(c => (c.Answer, c.Recall!.Value)).ShouldBe([("positive", 0), ("neutral", 1), ("negative", 0)]);
        report.Failures.ShouldContain(f => f.Gate == "signal" && f.Values["Gain"] == 0);
        report.Model[Metric.Auc].Lower.ShouldBeGreaterThan(0.5, "though negative against the rest would have passed");
    }

    [Fact]
    public void A_model_that_finds_the_answers_passes_and_its_figures_are_over_all_of_them()
    {
        // Every tenth sample is taken for the next answer.
        var report = Write(i => i % 10 == 0 ? (Truth[i] + 1) % 3 : Truth[i]);

        report.AllAnswers!.Model.Accuracy.Value.ShouldBe(0.9, 1e-12);
        report.Failures.ShouldNotContain(f => f.Gate == "signal" || f.Gate == "classes");
        report.Classes.Single(c => c.Answer == "negative").ScorecardRecall.ShouldNotBeNull();
        report.Classes.Where(c => c.Answer != "negative").ShouldAllBe(c => c.ScorecardRecall == null);
    }

    [Fact]
    public void The_binary_figures_are_named_as_such_in_files_and_events()
    {
        var report = Write(i => Truth[i]);

        var json = JsonSerializer.Serialize(report);
        json.ShouldContain("\"Binary\":\"\\u0027negative\\u0027 against the rest\"");
        foreach (var part in new[] { report.Model.Binary, report.Scorecard.Binary, report.Majority.Binary, report.AgainstScorecard.Binary })
        {
            part.ShouldBe("'negative' against the rest");
        }

        report.Figures["AccOfAllAnswers"].ShouldBe(1);
        report.Figures["MacroF1OfAllAnswers"].ShouldBe(1);
        report.Figures.Keys.ShouldContain("AucOfBadAgainstRest");
        report.Figures.Keys.ShouldContain("Miss");
        report.Figures.Keys.ShouldNotContain("Auc");
        JsonSerializer.Serialize(JsonSerializer.Deserialize<EvaluationReport>(json)).ShouldBe(json);
    }

    [Fact]
    public void Two_answers_have_figures_as_before()
    {
        var report = ReportWritingTests.Write(ReportWritingTests.GoodModel);

        report.AllAnswers.ShouldBeNull();
        report.Model.Binary.ShouldBeNull();
        report.Figures.Keys.ShouldContain("Auc");
        JsonSerializer.Serialize(report).ShouldNotContain("\"Binary\"");
    }

    [Fact]
    public void An_answer_that_is_no_number_counts_as_the_most_frequent_one_and_rejects()
    {
        var report = Write(i => i < 3 ? -1 : Truth[i], i => i < 3 ? double.NaN : Truth[i] == 2 ? 0.9 : 0.1);

        report.Failures.ShouldContain(f => f.Gate == "finite" && f.Values["NotNumbers"] == 3);
        report.AllAnswers!.Model.Answers[1].Said.ShouldBe(120 + Truth.Take(3).Count(t => t != 1));
    }

    [Fact]
    public void Screen_and_pages_show_recall_precision_and_confusion_and_name_the_binary_figures()
    {
        var report = Write(i => i % 10 == 0 ? (Truth[i] + 1) % 3 : Truth[i]);
        var view = new RunView(new RunRow { Dataset = "toy", Status = RunStatus.Completed }, null, [], []);
        var result = new RunResult(view, report, null, null, [], null);
        var facts = new RunFacts(result, Descriptor, new RunOptions(), [], [], [], new Dictionary<string, int>(), [], []);
        using var output = new StringWriter();

        RunResultView.Print(result, new Screen(output, TextWriter.Null, markdown: true));
        var page = new ReportPage("k", "t", "s", RunVerdict.Of(facts), [MetricsSection.Of(facts)], "o");

        var screen = output.ToString();
        screen.ShouldContain("Over all 3 answers: 200 test samples");
        screen.ShouldContain("'negative' against the rest alone: 200 samples, 40 bad");
        foreach (var text in new[] { "Precision [95 %]", "said 'neutral'", "Always 'neutral'", "macro F1" })
        {
            screen.ShouldContain(text);
            System.Net.WebUtility.HtmlDecode(HtmlReport.Write(page)).ShouldContain(text);
            MarkdownReport.Write(page).Replace("\\", "", StringComparison.Ordinal).ShouldContain(text);
        }

        page.Verdict.Sentences[0].ShouldStartWith("Over all 3 answers of 200 test samples the model reaches macro F1 ");
        page.Verdict.Sentences.ShouldContain(s => s.Contains("the model reaches for 'negative' against the rest KS ", StringComparison.Ordinal));
        page.Verdict.Figures.Select(f => f.Label).Take(4).ShouldBe(
            ["Macro F1", "Accuracy", "KS, 'negative' against the rest", "AUC, 'negative' against the rest"]);
        var confusion = MetricsSection.Of(facts).Blocks.OfType<DataTable>().Single(t => t.Caption.EndsWith("what was said of what", StringComparison.Ordinal));
        confusion.Rows.Select(r => r.Skip(1).Sum(c => int.Parse(c.Text))).ShouldBe([40, 120, 40]);
    }

    [Theory]
    [InlineData(new[] { -1.0, -2.0, -3.0 }, 0)]
    [InlineData(new[] { -3.0, -2.0, -0.5 }, 2)]
    [InlineData(new[] { -2.0, -2.0, -9.0 }, 0)] // equal: the first
    [InlineData(new[] { -2.0, -1.9999999, -9.0 }, 0)] // equal but for rounding
    [InlineData(new[] { -2.0, double.NaN, -9.0 }, -1)]
    public void The_likeliest_answer_is_what_a_model_says(double[] logs, int place) => AnswerSet.Likeliest(logs).ShouldBe(place);

    /// <summary>Of ten samples two are positive, six neutral and two negative.</summary>
    private static Sample[] Side(int first, int count) =>
    [
        .. Enumerable.Range(first, count).Select(i => EncodingFixtures.Of(
            i, Allowed[i % 10 is 0 or 1 ? 0 : i % 10 is 2 or 3 ? 2 : 1], ("limit", $"{i % 100}"), ("sex", i % 2 == 0 ? "2" : "1"), ("region", "north"))),
    ];

    private static EvaluationReport Write(Func<int, int> said, Func<int, double>? probability = null)
    {
        bool IsBad(Sample sample) => sample.Answer == "negative";
        var data = new EvaluationData(
            Descriptor, Encoding, Train, [.. Train.Select(IsBad)], [.. Train.Select(_ => 0)], ["2023"], Side(501, 60), Test, [.. Test.Select(IsBad)],
            Train.Where((_, i) => i % 2 == 0).ToDictionary(s => s.Id, _ => "top"));
        double[] p = [.. Test.Select((s, i) => probability?.Invoke(i) ?? (IsBad(s) ? 0.45 : 0.1) + (i / 10000.0))];
        var output = new AdapterOutput(p, [.. p.Select(_ => Predictions.Generated.Right)], [.. data.Scored.Select((_, i) => 0.1 + (i / 100.0))])
        {
            Said = [.. Enumerable.Range(0, Test.Length).Select(said)],
        };
        return ReportWriting.Of(
            data,
            new TestSideAnswers(output, Card, Card.Predict(Encoding, Test), Champion: null, ChampionFault: null),
            new ModelOrigin("uri", new Lineage("s", "s", "d", "b", "a", "o", "c"), []),
            new EvaluationOptions { Resamples = 100 },
            seed: 1);
    }
}
