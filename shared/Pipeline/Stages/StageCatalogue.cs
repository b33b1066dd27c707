using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.Pipeline.Stages;

/// <summary>
/// The stages of runs, in order. Everything that lists stages derives from this: names, orders, options, versions, sizes, progress, replay and
/// what waits. docs/architecture.md says what else a new stage needs.
/// </summary>
public static class StageCatalogue
{
    public static IReadOnlyList<StageDefinition> All { get; } =
    [
        new(Stage.Snapshot, "Ingest", CodeVersions.Encoding, StageShape.One, [typeof(RunRequested)], [typeof(SnapshotSealed)], ["Snapshot"])
        {
            Words = ["ingest", "snapshot"],
            Unkeyed = "a run's snapshot never changes: it is checked, and a lost encoding made again",
        },
        new(
            Stage.Agent, "Training", CodeVersions.Agent, StageShape.Slices, [typeof(SnapshotSealed), typeof(TrainAgentSlice)],
            [typeof(AgentSliceTrained), typeof(CheckpointSaved), typeof(AgentTrained)],
            ["Seed", "Agent", "Templating:Nano"])
        {
            Words = ["agent", "training"],
            ClaimsOfWords = ["Templating:Form", "Templating:Shots"],
            EndsStage = json => Read<AgentSliceTrained>(json).Last,
            Counts = json => json is not null && Read<AgentSliceTrained>(json).Checkpoint.Length > 0,
            Noun = "checkpoints",
        },
        new(
            Stage.Gradients, "GradientExtraction", CodeVersions.Gradients, StageShape.CheckpointShard, [typeof(ExtractShard)], [],
            ["Gradients"])
        {
            Words = ["gradients", "gradientextraction"],
            TakesReferenceShards = true,
        },
        new(
            Stage.Reference, "TracSeqScoring", CodeVersions.Reference, StageShape.Checkpoint, [typeof(AverageReference)], [typeof(ReferenceAveraged)],
            ["TracSeq:Reference", "TracSeq:Curvature", "TracSeq:Damping"]),
        new(
            Stage.Partials, "TracSeqScoring", CodeVersions.Partials, StageShape.CheckpointShard, [typeof(ScoreShard)], [],
            ["TracSeq:Similarity", "TracSeq:Optimizer"]),
        new(
            Stage.Scores, "TracSeqScoring", CodeVersions.Scores, StageShape.One, [typeof(CombineScores)], [typeof(SnapshotScored)],
            ["TracSeq:Gamma", "TracSeq:Clock"])
        {
            Words = ["tracseq", "tracseqscoring", "scores"],
            Unkeyed = "sums stored partial scores: takes seconds, so it is always done",
        },
        new(Stage.Selection, "Selection", CodeVersions.Selection, StageShape.One, [typeof(SnapshotScored)], [typeof(SamplesSelected)], ["Seed", "Selection"])
        {
            Unkeyed = "picks from stored scores: takes seconds, so it is always done; equal scores and options give the same file",
        },
        new(
            Stage.Dataset, "Templating", CodeVersions.Dataset, StageShape.One, [typeof(SamplesSelected)], [typeof(DatasetTemplated)],
            ["Seed", "Templating", "Tuning:Base"]) // instructions carry the tokens of the base that reads them
        {
            Words = ["templating", "dataset"],
        },
        new(
            Stage.Tuning, "Training", CodeVersions.Tuning, StageShape.Slices, [typeof(DatasetTemplated), typeof(TuneAdapterSlice)],
            [typeof(AdapterSliceTrained), typeof(AdapterTrained)], ["Seed", "Tuning"])
        {
            EndsStage = json => Read<AdapterSliceTrained>(json).Adapter.Length > 0,
        },
        new(Stage.Evaluation, "Evaluation", CodeVersions.Evaluation, StageShape.One, [typeof(AdapterTrained)], [typeof(ModelEvaluated)], ["Seed", "Evaluation"])
        {
            Unkeyed = "measured again, since the champion may be another by now",
        },
        new(
            Stage.Model, "Control", 0, StageShape.One, [typeof(ModelEvaluated)], [typeof(ModelReady), typeof(ModelRejected), typeof(ArmMeasured)], [])
        {
            Unkeyed = "the verdict follows the evaluation",
        },
        new(Stage.Pieces, "Training", CodeVersions.Pieces, StageShape.Pieces, [typeof(TrainPiece)], [], [])
        {
            Kinds = [RunKind.Fidelity],
        },
        new(Stage.Fidelity, "TracSeqScoring", CodeVersions.Fidelity, StageShape.One, [typeof(MeasureFidelity)], [typeof(FidelityMeasured)], [])
        {
            Kinds = [RunKind.Fidelity],
            Unkeyed = "computes figures from stored outcomes: takes seconds, so it is always done",
        },
    ];

    /// <summary>Names of the stages whose units are slices, as the database has them.</summary>
    public static IReadOnlyList<string> Sliced { get; } = [.. All.Where(s => s.IsSliced).Select(s => s.Stage.ToString())];

    public static StageDefinition Of(Stage stage) => All[(int)stage];

    /// <summary>The stages of a run of this kind, in order.</summary>
    public static IReadOnlyList<StageDefinition> Of(RunKind kind) => [.. All.Where(s => s.Kinds.Contains(kind))];

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json)!;
}
