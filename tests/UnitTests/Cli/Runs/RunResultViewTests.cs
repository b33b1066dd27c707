using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Runs;
using ZiGong.Storage.Entities;
using ZiGong.UnitTests.Reports.OfRun;

namespace ZiGong.UnitTests.Cli.Runs;

/// <summary>A run on the screen: head, figures, stages and how it ended.</summary>
public sealed class RunResultViewTests
{
    private static readonly Lineage Lineage = new("snap", "sel", "data", "base", "adapter", "opts", "1-2-3");

    [Fact]
    public void A_finished_run_is_shown_from_head_to_outcome()
    {
        var lines = Print(
            ARun.With(report: ARun.Report, ready: new ModelReady(ARun.Id, 1, "m1", "file:///a", new Dictionary<string, double>(), Lineage)).Result);

        lines[0].ShouldBe($"Run {ARun.Id}: full on toy, Completed, requested 2026-01-01 00:00:00 UTC, took 1 min 35 s");
        foreach (var line in new[]
        {
            "Kept 50 of 100; bad: 50.0 % of the kept, 25.0 % of all", "Test side: 120 samples, 30 bad", "bad 4 0 3 0", "good 4 4 0 2",
            "Snapshot 1/1 snapshots 2.0 s 2.0 s",
            "Agent 1.5/2 checkpoints 1 60 s 1 min 30 s", "Note: The split is stratified.", "ModelReady: m1", "Adapter file:///a", "Code version 1-2-3",
        })
        {
            lines.ShouldContain(line);
        }

        lines.ShouldNotContain(l => l.StartsWith("Predictions", StringComparison.Ordinal), "that lineage has none");
    }

    [Fact]
    public void A_rejection_ends_with_its_reasons()
    {
        var lines = Print(
            ARun.With(
                report: ARun.Report,
                rejected: new ModelRejected(
                    ARun.Id, 1, "m1", ["a: 1", "b: 2"], "file:///a", new Dictionary<string, double>(), Lineage with { Predictions = "p" })).Result);

        lines.ShouldContain("ModelRejected: m1");
        lines.ShouldContain("because a: 1");
        lines.ShouldContain("because b: 2");
        lines.ShouldContain("Predictions p");
    }

    [Fact]
    public void A_run_under_way_says_how_far_it_is_and_how_to_go_on()
    {
        var lines = Print(ARun.With(RunStatus.Running).Result);

        lines.ShouldContain($"Run {ARun.Id} is Running: Agent 1.5/2 checkpoints, 1.5/min, 20 s left");
        lines.ShouldContain($"If no process works on it any more: zigong run --resume {ARun.Id}");
    }

    [Fact]
    public void A_failed_run_ends_with_what_made_it_fail()
    {
        var lines = Print(
            ARun.With(RunStatus.Failed, failure: """{"Stage":"Agent","FailedUnit":"slice-0001","Reason":"no memory","WhatToDo":"add some"}""").Result);

        lines.ShouldContain($"run {ARun.Id} failed in stage Agent, unit slice-0001: no memory");
        lines.ShouldContain("add some");
        lines.ShouldNotContain(l => l.StartsWith("If no process", StringComparison.Ordinal));
    }

    [Fact]
    public void As_JSON_a_run_has_names_for_its_kinds_and_no_number_that_is_none()
    {
        using var output = new StringWriter();

        new Screen(output, TextWriter.Null, json: true).Data(RunResultView.Json(ARun.With(report: ARun.Report).Result));

        var json = JsonDocument.Parse(output.ToString()).RootElement;
        (json.GetProperty("kind").GetString(), json.GetProperty("status").GetString()).ShouldBe(("full", "Completed"));
        json.GetProperty("stages")[1].GetProperty("remainingSeconds").GetDouble().ShouldBe(20, 1e-9);
        json.GetProperty("report").GetProperty("model").GetProperty("n").GetInt32().ShouldBe(120);
        json.GetProperty("snapshot").ValueKind.ShouldBe(JsonValueKind.Null);
        output.ToString().ShouldNotContain("\"NaN\"");
    }

    [Fact]
    public void Of_many_groups_the_largest_are_shown_and_of_many_parts_the_first_and_the_last()
    {
        var groups = Enumerable.Range(1, 7).Select(i => new GroupFigures($"g{i}", 10 * i, 0.5, null, null, i > 4)).ToList();
        var parts = Enumerable.Range(1, 12).Select(i => new SelectionShare("period", $"p{i:00}", 10, 2, 5, 2, 1, 0)).ToList();
        var report =
            ARun.Report with
            {
                Fairness = [new FairnessReport("sex", groups, 0.9, 0.1, 0.2, 0.3)], ScorecardFairness = [],
                Selection = [.. parts, new SelectionShare("class", "bad", 1, 1, 1, 1, 1, 1)],
            };

        var lines = Words.Of(screen => EvaluationView.Print(report, new EvaluationOptions(), screen));

        lines.ShouldContain(
            "sex: g7 50.0 % favourable (n 70), g6 50.0 % favourable (n 60), g5 50.0 % favourable (n 50), g4 50.0 % favourable (n 40), 3 smaller");
        lines.ShouldContain("sex model 0.900 0.200 0.300");
        lines.Where(l => l.StartsWith("period ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1])
            .ShouldBe(["p01", "p02", "p03", "p04", "p09", "p10", "p11", "p12"]);
        lines.ShouldContain("period p01 10 50.0 % 10.0 % 20.0 % 40.0 %");
        lines.ShouldNotContain(l => l.StartsWith("class bad", StringComparison.Ordinal), "classes have a table of their own");
    }

    [Fact]
    public void Drift_is_held_against_the_runs_own_limits_and_the_calm_fields_are_counted()
    {
        var drift = Enumerable.Range(1, 8).Select(i => new FieldDrift($"f{i}", i / 10.0, 0.01, 0.05)).ToList();
        var report = ARun.Report with { Drift = drift, ScoreDrift = [new FieldDrift("model", 0.4, 0.01, null)] };

        var lines = Words.Of(screen => EvaluationView.Print(report, new EvaluationOptions { MaximumPsi = 0.65, MaximumScorePsi = 0.3 }, screen));

        lines.ShouldContain("score of the model 0.400 alarm");
        lines.ShouldContain("f8 0.800 0.050 alarm");
        lines.ShouldContain("f7 0.700 0.050 alarm");
        lines.ShouldContain("f6 0.600 0.050");
        lines.ShouldContain("3 more fields have a PSI of 0.300 or less.");
        lines.ShouldNotContain(l => l.StartsWith("f3 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_field_with_too_few_to_compare_says_so()
    {
        var report = ARun.Report with
        {
            Fairness = [new FairnessReport("age", [new GroupFigures("missing", 120, 0.5, null, null, true)], null, null, null, null)], ScorecardFairness = [],
        };

        Words.Of(screen => EvaluationView.Print(report, new EvaluationOptions(), screen))
            .ShouldContain("age (too few to compare): missing 50.0 % favourable (n 120)");
    }

    [Fact]
    public void Progress_is_a_bar_as_far_as_it_is()
    {
        var lines = Words.Of(screen => screen.Print(ProgressView.Table(
        [
            new StageProgress(Stage.Agent, 1, 2, "checkpoints", 0, 0, TimeSpan.FromSeconds(30), 1),
            new StageProgress(Stage.Gradients, 8, 8, "shards", 0, 0, TimeSpan.FromSeconds(4), 1),
            new StageProgress(Stage.Partials, 0, 0, "shards", 0, 0, TimeSpan.Zero, 0),
            new StageProgress(Stage.Tuning, 9, 8, "slices", 0, 0, TimeSpan.FromSeconds(1), 1),
        ])));

        lines.ShouldContain($"Agent {Bar(12)} 1/2 checkpoints 2/min 30 s 30 s");
        lines.ShouldContain($"Gradients {Bar(24)} 8/8 shards 4.0 s", "what is done has neither rate nor time left");
        lines.ShouldContain($"Partials {Bar(0)} 0 shards");
        lines.ShouldContain($"Tuning {Bar(24)} 9/8 slices 1.0 s", "a bar ends where it ends");
    }

    private static string Bar(int filled) => new string('█', filled) + new string('░', 24 - filled);

    private static string[] Print(RunResult result)
    {
        result.View.Run.Options = RunOptionsReader.Write(new RunOptions());
        return Words.Of(screen => RunResultView.Print(result, screen));
    }
}
