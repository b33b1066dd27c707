using ZiGong.Contracts;

namespace ZiGong.Storage.Entities;

/// <summary>What a result consists of.</summary>
public enum ResultKind
{
    /// <summary>A file of the artifact store.</summary>
    File,

    /// <summary>A folder of the artifact store.</summary>
    Folder,

    /// <summary>Rows of the stage's own table, under the result's key.</summary>
    Rows,
}

/// <summary>
/// What a unit of work made. A unit points to its result, and who builds upon the unit reads it there. The first result under a key stays; only one
/// that is lost or damaged gives way.
/// </summary>
public sealed class ResultRow
{
    /// <summary>All that the result follows from, as a hash: inputs, options that act in the stage, version of its code.</summary>
    public string Key { get; set; } = "";

    public string Stage { get; set; } = "";

    public ResultKind Kind { get; set; }

    /// <summary>Hash of the artifact; of rows a hash of what they say, empty of those that older code wrote.</summary>
    public string Content { get; set; } = "";

    /// <summary>Of rows: how many there are.</summary>
    public int? Rows { get; set; }

    /// <summary>Further artifacts without which it is worth nothing; their order means nothing.</summary>
    public string[] Parts { get; set; } = [];

    /// <summary>The stage's summary as JSON, see <see cref="CheckpointSummary"/> and the others.</summary>
    public string Summary { get; set; } = "{}";

    /// <summary>Version of the stage; 0 of what was stored before versions were noted.</summary>
    public int Version { get; set; }

    public DateTimeOffset MadeAt { get; set; }
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

public sealed class SelectionMemberRow
{
    public string SelectionKey { get; set; } = "";

    public Guid SampleId { get; set; }

    public int Rank { get; set; }

    public double Score { get; set; }

    public string Reason { get; set; } = "";
}

/// <summary>TracSeq scores of some training samples, in one shard's order.</summary>
public sealed class ScoreShardRow
{
    public string ScoreKey { get; set; } = "";

    public string ShardId { get; set; } = "";

    public Guid[] Samples { get; set; } = [];

    /// <summary>Parallel to <see cref="Samples"/>.</summary>
    public double[] Scores { get; set; } = [];
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
