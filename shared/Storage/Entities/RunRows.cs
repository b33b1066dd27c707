using ZiGong.Contracts;

namespace ZiGong.Storage.Entities;

public enum RunStatus
{
    Running,
    Completed,
    Failed,
    Cancelled,
}

public sealed class RunRow
{
    public Guid RunId { get; set; }

    /// <summary>full, nightly, replay, experiment or fidelity.</summary>
    public RunKind Kind { get; set; }

    public Guid? ParentRun { get; set; }

    public string Dataset { get; set; } = "";

    public string Descriptor { get; set; } = "";

    public string? SnapshotId { get; set; }

    /// <summary>The frozen options, as JSON.</summary>
    public string Options { get; set; } = "{}";

    /// <summary>JSON of what a fidelity run works on, its artifact and its pieces; null for every other kind.</summary>
    public string? Plan { get; set; }

    public int Generation { get; set; } = 1;

    public RunStatus Status { get; set; }

    /// <summary>The stage whose units are computed whatever their keys say, since a replay asked for it.</summary>
    public string? RecomputeStage { get; set; }

    /// <summary>JSON of the failure: stage, unit, reason, what to do.</summary>
    public string? Failure { get; set; }

    /// <summary>The code that it was asked of: the versions of its stages, and the commit but for arms of experiments.</summary>
    public string CodeVersion { get; set; } = "";

    public DateTimeOffset RequestedAt { get; set; }

    /// <summary>When it was requested or last set going again.</summary>
    public DateTimeOffset OrderedAt { get; set; }

    /// <summary>Asked for over a broker: its end is announced there, and nowhere else.</summary>
    public bool OverBroker { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>A request for a run that may come twice.</summary>
public sealed class RunRequestRow
{
    public string Actor { get; set; } = "";

    public string IdempotencyKey { get; set; } = "";

    /// <summary>Hash of what was asked for.</summary>
    public string BodyHash { get; set; } = "";

    public Guid RunId { get; set; }

    public DateTimeOffset RequestedAt { get; set; }
}

public enum UnitState
{
    Pending,
    Leased,
    Done,
    Failed,
}

public sealed class WorkUnitRow
{
    public Guid RunId { get; set; }

    public string Stage { get; set; } = "";

    public string Unit { get; set; } = "";

    public UnitState State { get; set; }

    public int Generation { get; set; }

    public Guid? LeaseToken { get; set; }

    public DateTimeOffset? LeaseExpiresAt { get; set; }

    public string? Worker { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>A replay asked for fresh work whatever the keys say.</summary>
    public bool Recompute { get; set; }

    /// <summary>The result was found by its key.</summary>
    public bool Reused { get; set; }

    public double Done { get; set; }

    public double Total { get; set; }

    /// <summary>Key of what it made or found, see <see cref="ResultRow"/>; null where nothing is made.</summary>
    public string? Result { get; set; }

    /// <summary>JSON of the event that ended the unit; null where none tells of it.</summary>
    public string? Output { get; set; }

    public string? Error { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

public sealed class PipelineEventRow
{
    public long Sequence { get; set; }

    public Guid MessageId { get; set; }

    public Guid RunId { get; set; }

    public int Generation { get; set; }

    public string Type { get; set; } = "";

    public string Unit { get; set; } = "";

    public string Payload { get; set; } = "{}";

    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>When the broker confirmed it; kept only for the events that end a run.</summary>
    public DateTimeOffset? AnnouncedAt { get; set; }
}

/// <summary>The one row that numbers events.</summary>
public sealed class EventCounterRow
{
    /// <summary>Always <c>events</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The highest number ever given, also when its event is gone.</summary>
    public long Last { get; set; }
}

public sealed class AuditRow
{
    public long AuditId { get; set; }

    public string Actor { get; set; } = "";

    public string Action { get; set; } = "";

    public string Target { get; set; } = "";

    public string Details { get; set; } = "{}";

    public DateTimeOffset OccurredAt { get; set; }
}
