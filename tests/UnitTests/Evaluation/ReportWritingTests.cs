using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation;
using ZiGong.Pipeline.Api;
using static ZiGong.UnitTests.Credit.Encodings.EncodingFixtures;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>The whole report of a small table, whose test side is 120 rows with every fourth one bad and sexes that change every second row.</summary>
public sealed class ReportWritingTests
{
    private static readonly Scorecard Card = Scorecard.Fit(Fitted, Train, 1);

    private static readonly EvaluationData Data = new(
        Descriptor,
        Fitted,
        Train,
        [.. Train.Select(s => s.Answer == "bad")],
        [.. Train.Select((_, i) => i < 50 ? 0 : 1)],
        ["2023-01", "2023-02"],
        Side(1001, 40),
        Side(2001, 120),
        [.. Side(2001, 120).Select(s => s.Answer == "bad")],
        Train.Where((_, i) => i % 2 == 1).Select((s, i) => (s.Id, Reason: i % 5 == 0 ? "top" : "random")).ToDictionary(k => k.Id, k => k.Reason));

    [Fact]
    public void Curves_shares_and_recalls_are_those_of_the_rows()
    {
        var report = Write(GoodModel);

        report.Curves!.KsPoint.TruePositiveRate.ShouldBe(1);
        report.Curves.Calibration.Sum(c => c.Count).ShouldBe(120);
        report.Classes.Select(c => (c.Answer, c.Training, c.Kept, c.Top, c.Test)).ShouldBe([("good", 75, 25, 5, 90), ("bad", 25, 25, 5, 30)]);
        report.Classes[1].Recall!.Value.ShouldBe(1);
        report.Selection.Where(s => s.By == "period").Select(s => (s.Value, s.Training, s.Kept)).ShouldBe([("2023-01", 50, 25), ("2023-02", 50, 25)]);
        report.Selection.Where(s => s.By == "sex").Select(s => (s.Value, s.Training, s.Kept)).ShouldBe([("female", 50, 50), ("male", 50, 0)]);
        report.Selection.ShouldAllBe(s => s.Kept >= s.Top && s.Training >= s.Kept && s.KeptPositives >= s.TopPositives);
        report.KeptPositives.ShouldBe(25);
    }

    [Fact]
    public void Fairness_of_model_and_scorecard_stand_side_by_side_with_intervals()
    {
        var report = Write(GoodModel);

        report.Fairness.Select(f => f.Field).ShouldBe(["sex", "age"]);
        report.ScorecardFairness.Select(f => f.Field).ShouldBe(["sex", "age"]);
        var sex = report.Fairness[0];
        sex.Groups.Select(g => (g.Group, g.Count, g.Positives)).ShouldBe([("female", 60, 30), ("male", 60, 0)]);
        sex.ParityRatio.ShouldBe(0.5); // the bad ones are all female, and all refused
        sex.Intervals!.ParityRatio!.Lower.ShouldBeInRange(0.3, 0.48);
        report.Fairness[1].ParityRatio.ShouldBeNull(); // everybody's age is missing
        report.Gates.Single(g => g.Gate == "fairness:age").Verdict.ShouldBe(GateVerdict.Skipped);
        report.Gates.Single(g => g.Gate == "fairness:sex").Verdict.ShouldBe(GateVerdict.Warned);
    }

    [Fact]
    public void Probabilities_that_are_no_numbers_reject_the_model_and_leave_a_readable_report()
    {
        var report = Write([.. GoodModel.Select((p, i) => i is 3 or 7 ? double.NaN : p)]);

        report.Failures.ShouldContain(f => f.Gate == "finite" && f.Values["NotNumbers"] == 2);
        report.FailedGates.ShouldContain(f => f.StartsWith($"finite: 2 of 120 probabilities are not numbers (samples {Data.Test[3].Id}, {Data.Test[7].Id})"));
        Again(report).Model[Metric.Auc].ShouldBe(report.Model[Metric.Auc]);
    }

    [Fact]
    public void A_model_without_any_number_still_has_a_report() =>
        Write([.. GoodModel.Select(_ => double.NaN)]).Failures.ShouldContain(f => f.Gate == "finite" && f.Values["NotNumbers"] == 120);

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void With_one_bad_on_the_test_side_there_is_no_interval_and_a_sentence_says_why(int bads, bool has)
    {
        var report = WriteWithBads(bads);

        report.Model.Values.Values.ShouldAllBe(v => v.HasEnds == has);
        report.Scorecard.Values.Values.ShouldAllBe(v => v.HasEnds == has);
        report.AgainstScorecard.Values.Values.ShouldAllBe(v => v.HasEnds == has && double.IsNaN(v.Detectable) != has);
        (report.Model.WithoutIntervals is null).ShouldBe(has);
        report.Gates.Single(g => g.Gate == "signal").Verdict.ShouldBe(has ? GateVerdict.Failed : GateVerdict.Skipped);
        JsonSerializer.Serialize(Again(report)).ShouldBe(JsonSerializer.Serialize(report));
        var json = System.Text.Json.Nodes.JsonNode.Parse(JsonSerializer.Serialize(report))!;
        (json["Model"]!["Values"]!["Auc"]!["Lower"] is null).ShouldBe(!has);
    }

    [Fact]
    public void The_report_survives_its_file()
    {
        var report = Write(GoodModel);

        JsonSerializer.Serialize(Again(report)).ShouldBe(JsonSerializer.Serialize(report));
    }

    [Fact]
    public void Equal_answers_give_equal_reports() => JsonSerializer.Serialize(Write(GoodModel)).ShouldBe(JsonSerializer.Serialize(Write(GoodModel)));

    [Fact]
    public void A_report_from_before_the_new_parts_is_read_with_them_empty()
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(JsonSerializer.Serialize(Write(GoodModel)))!.AsObject();
        foreach (var name in new[] { "Curves", "ScorecardCurves", "ScoreDrift", "Classes", "Selection", "ScorecardFairness", "Leaks", "Failures" })
        {
            json.Remove(name).ShouldBeTrue(name);
        }

        json["Lineage"]!.AsObject().Remove("Predictions").ShouldBeTrue();
        json["Drift"]![0]!.AsObject().Remove("NoiseLimit").ShouldBeTrue();
        json["Fairness"]![0]!.AsObject().Remove("Intervals").ShouldBeTrue();
        json["Gates"]![0]!.AsObject().Remove("Values").ShouldBeTrue();
        var old = json.Deserialize<EvaluationReport>()!;

        old.Curves.ShouldBeNull();
        old.Leaks.ShouldBeNull();
        old.Selection.ShouldBeEmpty();
        old.Classes.ShouldBeEmpty();
        old.Failures.ShouldBeEmpty();
        old.Lineage.Predictions.ShouldBeNull();
        old.Drift[0].NoiseLimit.ShouldBeNull();
        old.Fairness[0].Intervals.ShouldBeNull();
        old.Gates[0].Values.ShouldBeEmpty();
    }

    [Fact]
    public void A_rejection_from_before_failures_had_numbers_is_read()
    {
        const string old = """
            {"RunId":"00000000-0000-0000-0000-000000000001","Generation":1,"Model":"m","Reasons":["miss: Miss 2 %"],"AdapterUri":"u","Metrics":{},
            "Lineage":{"Snapshot":"s","Selection":"s","Dataset":"d","Base":"b","Adapter":"a","Options":"o","CodeVersion":"0.1.0"}}
            """;

        var rejected = JsonSerializer.Deserialize<ModelRejected>(old)!;

        rejected.Reasons.ShouldBe(["miss: Miss 2 %"]);
        rejected.Failures.ShouldBeNull();
        rejected.Lineage.Predictions.ShouldBeNull();
    }

    internal static double[] GoodModel => [.. Data.TestPositive.Select((y, i) => (y ? 0.6 : 0.1) + (i / 1000.0))];

    /// <summary>A test side whose first samples alone are bad.</summary>
    internal static EvaluationReport WriteWithBads(int bads) => Write(
        [.. Data.TestPositive.Select((_, i) => (i % 17) / 20.0)], Data with { TestPositive = [.. Data.TestPositive.Select((_, i) => i < bads)] });

    internal static EvaluationReport Write(double[] probabilities, EvaluationData? data = null) => ReportWriting.Of(
        data ?? Data,
        new TestSideAnswers(
            new AdapterOutput(probabilities, [.. probabilities.Select(_ => Predictions.Generated.Right)], [.. Data.Scored.Select((s, i) => 0.1 + (i / 100.0))]),
            Card,
            Card.Predict(Fitted, Data.Test),
            Champion: null,
            ChampionFault: null),
        new ModelOrigin("uri", new Lineage("s", "s", "d", "b", "a", "o", "c", "p", "q"), ["a note"]),
        new EvaluationOptions { Resamples = 100 },
        seed: 1);

    private static EvaluationReport Again(EvaluationReport report) => JsonSerializer.Deserialize<EvaluationReport>(JsonSerializer.Serialize(report))!;

    private static Sample[] Side(int first, int count) =>
        [.. Enumerable.Range(first, count)
            .Select(i => Of(i, i % 4 == 0 ? "bad" : "good", ("limit", $"{i % 100}"), ("sex", i % 2 == 0 ? "2" : "1"), ("region", "north")))];
}
