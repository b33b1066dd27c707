using ZiGong.Contracts;

namespace ZiGong.Storage.Entities;

public sealed class CheckpointRow
{
    public string CheckpointId { get; set; } = "";

    public int Ordinal { get; set; }

    /// <summary>t_i in periods.</summary>
    public double PeriodTime { get; set; }

    /// <summary>η_i: sum of the step rates since the previous checkpoint.</summary>
    public double LearningRate { get; set; }

    public long Step { get; set; }

    /// <summary>Artifact hash of the LoRA weights (safetensors).</summary>
    public string Weights { get; set; } = "";

    /// <summary>Artifact hash of the trainer state: weights, moments, position.</summary>
    public string State { get; set; } = "";

    /// <summary>Artifact hash of the base model's folder.</summary>
    public string Base { get; set; } = "";

    public double Loss { get; set; }

    public DateTimeOffset SavedAt { get; set; }
}

public sealed class GradientShardRow
{
    public string GradientKey { get; set; } = "";

    public string CheckpointId { get; set; } = "";

    public string ShardId { get; set; } = "";

    public string Artifact { get; set; } = "";

    public int Samples { get; set; }

    public double MeanLoss { get; set; }

    /// <summary>Mean of |⟨ĝ, r̂⟩ − ⟨g, r⟩| / (‖g‖‖r‖) on gradients of this shard; null where they are exact.</summary>
    public double? SketchError { get; set; }

    /// <summary>Rank correlation of sketched and exact inner products.</summary>
    public double? SketchSpearman { get; set; }

    /// <summary>Share of the exact top 30 % that is in the sketched top 30 %.</summary>
    public double? SketchOverlap { get; set; }

    public DateTimeOffset ExtractedAt { get; set; }
}

public sealed class ReferenceMeanRow
{
    public string ReferenceKey { get; set; } = "";

    public string CheckpointId { get; set; } = "";

    public string Artifact { get; set; } = "";

    public int Samples { get; set; }

    public DateTimeOffset AveragedAt { get; set; }
}

public sealed class PartialScoreRow
{
    public Guid ScoreKey { get; set; }

    public Guid SampleId { get; set; }

    /// <summary>p_i(z) = η_i · ⟨g_i(z), r_i⟩.</summary>
    public double Value { get; set; }

    /// <summary>The sample's loss at the checkpoint, in nats per answer token.</summary>
    public double Loss { get; set; }
}

public sealed class SelectionRow
{
    public string SelectionKey { get; set; } = "";

    public string Artifact { get; set; } = "";

    public int Kept { get; set; }

    public int Top { get; set; }

    public int Random { get; set; }

    public int Guarded { get; set; }

    public DateTimeOffset SelectedAt { get; set; }
}

public sealed class SelectionMemberRow
{
    public string SelectionKey { get; set; } = "";

    public Guid SampleId { get; set; }

    public int Rank { get; set; }

    public double Score { get; set; }

    public string Reason { get; set; } = "";
}

public sealed class DatasetRow
{
    public string DatasetKey { get; set; } = "";

    public string Artifact { get; set; } = "";

    public int Instructions { get; set; }

    public DateTimeOffset TemplatedAt { get; set; }
}

public sealed class AdapterRow
{
    public string AdapterKey { get; set; } = "";

    public string Artifact { get; set; } = "";

    public string Base { get; set; } = "";

    public long Steps { get; set; }

    public double Loss { get; set; }

    public DateTimeOffset TrainedAt { get; set; }
}

public sealed class EvaluationRow
{
    public string EvaluationKey { get; set; } = "";

    public Guid RunId { get; set; }

    /// <summary>Model id of the champion it was compared with.</summary>
    public string? Champion { get; set; }

    public string Metrics { get; set; } = "{}";

    public string Report { get; set; } = "{}";

    public bool Passed { get; set; }

    public DateTimeOffset EvaluatedAt { get; set; }
}

/// <summary>A tuned model as downstream knows it; one champion per data set.</summary>
public sealed class RegisteredModel
{
    public string ModelId { get; set; } = "";

    public string Dataset { get; set; } = "";

    public Guid RunId { get; set; }

    public long SnapshotWatermark { get; set; }

    public string Adapter { get; set; } = "";

    public string AdapterUri { get; set; } = "";

    public string Base { get; set; } = "";

    public string Encoding { get; set; } = "";

    public ModelState State { get; set; }

    public string Metrics { get; set; } = "{}";

    public DateTimeOffset RegisteredAt { get; set; }
}

/// <summary>What a piece of a fidelity run came to.</summary>
public sealed class FidelityOutcomeRow
{
    /// <summary>Hash of everything that the outcome follows from.</summary>
    public string OutcomeKey { get; set; } = "";

    public string Artifact { get; set; } = "";
}
