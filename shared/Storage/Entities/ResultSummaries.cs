using ZiGong.Contracts;

namespace ZiGong.Storage.Entities;

/// <summary>A frozen state of the agent. Its artifact is the trainer's state: weights, moments, position.</summary>
/// <param name="Ordinal">From 1.</param>
/// <param name="PeriodTime">t_i in periods.</param>
/// <param name="LearningRate">η_i: sum of the step rates since the previous checkpoint.</param>
/// <param name="Step">Optimizer steps from the start of the training.</param>
/// <param name="Base">Artifact hash of the base model's folder, or the place of one that was given.</param>
/// <param name="Loss">Mean over the steps of its last slice, in nats per answer token.</param>
public sealed record CheckpointSummary(int Ordinal, double PeriodTime, double LearningRate, long Step, string Base, double Loss);

/// <summary>A training in the middle. Its artifact is the trainer's state.</summary>
/// <param name="Step">Steps taken in the period, of a tuning in all.</param>
/// <param name="Loss">Mean over the slice's steps.</param>
public sealed record TrainerStateSummary(int Step, double Loss);

/// <summary>The gradients of one shard at one checkpoint.</summary>
/// <param name="MeanLoss">In nats per answer token.</param>
/// <param name="SketchError">Mean of |⟨ĝ, r̂⟩ − ⟨g, r⟩| / (‖g‖‖r‖) on gradients of this shard; null where they are exact.</param>
/// <param name="SketchSpearman">Rank correlation of sketched and exact inner products.</param>
/// <param name="SketchOverlap">Share of the exact top 30 % that is in the sketched top 30 %.</param>
public sealed record GradientSummary(
    string Checkpoint, string Shard, int Samples, double MeanLoss, double? SketchError, double? SketchSpearman, double? SketchOverlap);

/// <summary>The reference vectors of one checkpoint: little-endian float32, one vector a task behind the other.</summary>
public sealed record ReferenceSummary(string Checkpoint, int Samples);

/// <summary>Partial scores of one shard at one checkpoint, rows of <c>partial_scores</c>.</summary>
public sealed record PartialsSummary(int Samples);

/// <summary>TracSeq scores, rows of <c>scores</c>.</summary>
/// <param name="Weights">What each checkpoint weighed, by rising number.</param>
/// <param name="Notes">What the scoring has to say, e.g. that decay is not identified.</param>
public sealed record ScoresSummary(int Samples, IReadOnlyList<CheckpointWeight> Weights, IReadOnlyList<string> Notes);

/// <summary>A selection: a file, and the same as rows of <c>selection_members</c>.</summary>
public sealed record SelectionSummary(int Kept, int Top, int Random, int Guarded);

/// <summary>A data set of instructions.</summary>
/// <param name="Reasons">Artifact hash of the file that says, line by line, which sample an instruction is of and why it was kept.</param>
public sealed record DatasetSummary(int Instructions, string Reasons);

/// <summary>A tuned adapter in PEFT layout.</summary>
/// <param name="Base">Artifact hash of the base's folder, or the place of one that was given.</param>
/// <param name="Loss">Mean over the steps of its last slice, in nats per answer token.</param>
public sealed record AdapterSummary(string Base, long Steps, double Loss);

/// <summary>An evaluation, a row of <c>evaluations</c>.</summary>
/// <param name="Champion">Model id of the champion it was compared with.</param>
/// <param name="Ks">Null, like the three after it, where answers are free texts.</param>
public sealed record EvaluationSummary(string? Champion, bool Passed, double? Ks, double? Auc, double? Accuracy, double? Miss);

/// <summary>What a piece of a fidelity run came to: losses of the reference samples, or an agent's products.</summary>
public sealed record PieceSummary(string Sort);

/// <summary>The figures of a fidelity run.</summary>
public sealed record FidelitySummary(int Pieces);

/// <summary>A sealed snapshot; its artifact is the encoding.</summary>
public sealed record SnapshotSummary(int Training, int Reference, int Test);
