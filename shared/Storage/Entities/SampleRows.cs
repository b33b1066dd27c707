using System.Text.Json;
using ZiGong.Credit;

namespace ZiGong.Storage.Entities;

/// <summary>A stored sample; <see cref="Sequence"/> is its place in the order of arrival.</summary>
public sealed class SampleRow
{
    public Guid SampleId { get; set; }

    public long Sequence { get; set; }

    /// <summary>When this very content came in last, in the order of all arrivals: among equal natural keys the highest stands.</summary>
    public long Arrival { get; set; }

    public string Dataset { get; set; } = "";

    public string Task { get; set; } = "";

    public string Subject { get; set; } = "";

    public string NaturalKey { get; set; } = "";

    /// <summary>How <see cref="NaturalKey"/> and <see cref="SampleId"/> came about: 3 by keyed hashes; less where an earlier version began.</summary>
    public short Identity { get; set; }

    /// <summary>Field name to value, as JSON.</summary>
    public string Fields { get; set; } = "{}";

    public string Answer { get; set; } = "";

    public DateTimeOffset? ObservedAt { get; set; }

    public DateTimeOffset? LabelKnownAt { get; set; }

    public DateTimeOffset ArrivedAt { get; set; }

    /// <summary>The correction that took this sample's place.</summary>
    public Guid? SupersededBy { get; set; }

    /// <summary>Since when no file stands for it any more: later snapshots do without it.</summary>
    public DateTimeOffset? WithdrawnAt { get; set; }

    /// <summary>The immutable shard it was cut into; null until a snapshot is sealed.</summary>
    public string? ShardId { get; set; }
}

public sealed class SubjectRow
{
    public string Subject { get; set; } = "";

    public Pool Pool { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }
}

/// <summary>The one row that says which key subjects are hashed with.</summary>
public sealed class SubjectKeyRow
{
    /// <summary>Always <c>subjects</c>.</summary>
    public string Name { get; set; } = "";

    public string Fingerprint { get; set; } = "";

    public DateTimeOffset NotedAt { get; set; }
}

public sealed class RejectionRow
{
    public long RejectionId { get; set; }

    public string Dataset { get; set; } = "";

    /// <summary>Keyed hash of the file's content.</summary>
    public string FileHash { get; set; } = "";

    /// <summary>3 where <see cref="FileHash"/> is keyed, 0 where that is still to be done.</summary>
    public short Identity { get; set; }

    public string FileName { get; set; } = "";

    public long Line { get; set; }

    public string Field { get; set; } = "";

    public string Reason { get; set; } = "";

    public string Value { get; set; } = "";

    public DateTimeOffset RejectedAt { get; set; }
}

public sealed class ShardRow
{
    public string ShardId { get; set; } = "";

    public string Dataset { get; set; } = "";

    public Pool Pool { get; set; }

    public long FirstSequence { get; set; }

    public long LastSequence { get; set; }

    public int Samples { get; set; }

    public DateTimeOffset CutAt { get; set; }
}

public sealed class SnapshotRow
{
    public string SnapshotId { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>The descriptor's YAML.</summary>
    public string Descriptor { get; set; } = "";

    /// <summary>The last sample sequence that belongs to the snapshot.</summary>
    public long Watermark { get; set; }

    /// <summary>T of TracSeq, in periods.</summary>
    public double AsOf { get; set; }

    /// <summary>JSON list of <see cref="SnapshotPeriod"/>.</summary>
    public string Periods { get; set; } = "[]";

    /// <summary>False where fewer than two distinct times exist: the decay is then 1.</summary>
    public bool DecayIdentified { get; set; }

    /// <summary>Artifact hash of the sample encoding.</summary>
    public string Encoding { get; set; } = "";

    public string[] TrainingShards { get; set; } = [];

    public string[] ReferenceShards { get; set; } = [];

    public int Training { get; set; }

    public int Reference { get; set; }

    public int Test { get; set; }

    /// <summary>JSON list of what a reader of the results has to know about the split.</summary>
    public string Notes { get; set; } = "[]";

    public DateTimeOffset SealedAt { get; set; }

    public IReadOnlyList<SnapshotPeriod> ReadPeriods() => JsonSerializer.Deserialize<SnapshotPeriod[]>(Periods)!;

    public IReadOnlyList<string> ReadNotes() => JsonSerializer.Deserialize<string[]>(Notes) ?? [];
}

/// <summary>A period of the agent's training.</summary>
/// <param name="Time">t_i: its end, in periods on the snapshot's axis.</param>
public sealed record SnapshotPeriod(string Name, double Time, int Samples);

public sealed class SnapshotMemberRow
{
    public string SnapshotId { get; set; } = "";

    public Guid SampleId { get; set; }

    public Side Side { get; set; }

    /// <summary>Index of the training period, −1 for other sides.</summary>
    public int Period { get; set; }
}
