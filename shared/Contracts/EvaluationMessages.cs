namespace ZiGong.Contracts;

/// <summary>The adapter has been measured on the test side.</summary>
/// <param name="Evaluation">Key of the evaluation's row.</param>
/// <param name="Ks">Null, like the three after it, where answers are free texts; of three or more answers, as AUC, of the bad outcome against the rest.</param>
/// <param name="Accuracy">Over all answers.</param>
public sealed record ModelEvaluated(
    Guid RunId, int Generation, string Evaluation, double? Ks, double? Auc, double? Accuracy, double? Miss, bool Passed) : IRunMessage
{
    public string Unit => "evaluation";
}

/// <summary>What a model was made of, and what it said of the test side.</summary>
/// <param name="Predictions">Artifact with the model's answer for each test sample; null in evaluations made before version 2.</param>
/// <param name="ScorecardPredictions">The same of the scorecard.</param>
public sealed record Lineage(
    string Snapshot, string Selection, string Dataset, string Base, string Adapter, string Options, string CodeVersion,
    string? Predictions = null, string? ScorecardPredictions = null);

/// <summary>Last event of a run whose model passed every gate: downstream may load the adapter.</summary>
/// <param name="AdapterUri">Folder in PEFT layout.</param>
/// <param name="Metrics">Metric name to value on the test side; of three or more answers a name says what it is of.</param>
public sealed record ModelReady(
    Guid RunId, int Generation, string Model, string AdapterUri, IReadOnlyDictionary<string, double> Metrics, Lineage Lineage) : IRunMessage
{
    public string Unit => "model";
}

/// <summary>A gate that a model failed.</summary>
/// <param name="Gate">Name of the gate, for a field's gate with the field: <c>fairness:sex</c>.</param>
/// <param name="Figures">What it rests on, as a sentence.</param>
/// <param name="Values">The same as numbers by name, limits included.</param>
public sealed record GateFailure(string Gate, string Figures, IReadOnlyDictionary<string, double> Values);

/// <summary>Last event of a run whose model failed a gate; each reason carries its figures.</summary>
/// <param name="Reasons">Every reason as <c>gate: figures</c>.</param>
/// <param name="Failures">The failed gates with their figures as numbers; null in events from before version 3 of the evaluation.</param>
public sealed record ModelRejected(
    Guid RunId, int Generation, string Model, IReadOnlyList<string> Reasons, string AdapterUri, IReadOnlyDictionary<string, double> Metrics, Lineage Lineage,
    IReadOnlyList<GateFailure>? Failures = null) : IRunMessage
{
    public string Unit => "model";
}

/// <summary>Last event of an experiment's run: its model is measured and takes no part in promotion. Nobody is told but the log.</summary>
/// <param name="Evaluation">Key of the evaluation's row; arms that came to the same adapter share it.</param>
public sealed record ArmMeasured(Guid RunId, int Generation, string Evaluation) : IRunMessage
{
    public string Unit => "model";
}

/// <summary>A unit of work has used up its attempts, or its input cannot be used; the run stands still until somebody acts.</summary>
public sealed record StageFailed(Guid RunId, int Generation, string Stage, string FailedUnit, string Reason, string WhatToDo) : IRunMessage
{
    public string Unit => $"{Stage}/{FailedUnit}";
}
