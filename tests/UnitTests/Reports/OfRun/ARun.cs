using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Influence;
using ZiGong.Reports.Charts;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Storage;
using ZiGong.Storage.Entities;
using ZiGong.UnitTests.Credit.Encodings;
using ZiGong.UnitTests.Evaluation;

namespace ZiGong.UnitTests.Reports.OfRun;

/// <summary>
/// A finished run on the small table of <see cref="EncodingFixtures"/>: eight scored samples in two periods, of which four are kept (two for their score, one
/// drawn, one guarded).
/// </summary>
internal static class ARun
{
    public static readonly Guid Id = new("0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10");

    public static EvaluationReport Report { get; } = ReportWritingTests.Write(ReportWritingTests.GoodModel);

    /// <summary>Scores 4, 3, 2, 1 of the good and 0, −1, −2, −3 of the bad samples.</summary>
    public static ScoredRun Scored { get; } = new(
        [.. Enumerable.Range(1, 8).Select(i => Of(i, 5 - i, i switch { 1 or 2 => "top", 5 => "random", 8 => "class-guard", _ => null }))],
        [new CheckpointWeight(1, 24_000, 0.5), new CheckpointWeight(2, 24_001, 1)],
        ["a note of the scores"]);

    public static RunFacts Facts { get; } = new(
        new RunResult(View(RunStatus.Completed), Report, Ready: null, Rejected: null, ["The split is stratified."], Scored),
        EncodingFixtures.Descriptor,
        new RunOptions(),
        [],
        [new SideFacts(Side.Train, 8, 4, null, null, null), new SideFacts(Side.Reference, 4, 1, Day(1), Day(28), Day(30))],
        [new SnapshotPeriod("2023-01", 24_000, 4), new SnapshotPeriod("2023-02", 24_001, 4)],
        Scored.Samples.ToDictionary(s => s.Sample.Id, s => s.Score > 0 ? 0 : 1),
        [new Checkpoint("1", "", "", 1, 24_000, 0.25, 1200, 0.5), new Checkpoint("2", "", "", 2, 24_001, 0.125, 2400, 0.25)],
        [new ModelPredictions("model", Ink.Model, Predictions.Of([0.9, 0.6, 0.4, 0.1], [true, false, true, false]))]);

    public static RunFacts With(
        RunStatus status = RunStatus.Completed, EvaluationReport? report = null, ModelReady? ready = null, ModelRejected? rejected = null,
        string? failure = null) =>
        Facts with { Result = Facts.Result with { View = View(status, failure), Report = report, Ready = ready, Rejected = rejected } };

    public static RunView View(RunStatus status, string? failure = null) => new(
        new RunRow
        {
            RunId = Id, Dataset = "toy", Status = status, Failure = failure, Kind = RunKind.Full, CodeVersion = "1-2-3", SnapshotId = "snap",
            RequestedAt = Day(1), FinishedAt = Day(1).AddSeconds(95),
        },
        null,
        [],
        [
            new StageProgress(Stage.Snapshot, 1, 1, "snapshots", 0, 0, TimeSpan.FromSeconds(2), 2),
            new StageProgress(Stage.Agent, 1.5, 2, "checkpoints", 1, 2, TimeSpan.FromSeconds(60), 90),
        ]);

    public static DateTimeOffset Day(int day) => new(2026, 1, day, 0, 0, 0, TimeSpan.Zero);

    private static ScoredSample Of(int number, double score, string? reason) => new(
        EncodingFixtures.Of(
            number, number <= 4 ? "good" : "bad", ("limit", $"{10 * number}"),
            ("sex", number % 2 == 0 ? "2" : "1")) with { ObservedAt = number == 1 ? Day(5) : null },
        score, [score / 2, score / 2], [0.7, 0.25], reason is null ? null : number, reason);
}
