namespace ZiGong.Storage.Entities;

public enum ExperimentState
{
    /// <summary>Control's sweep begins its arms, one after the other.</summary>
    Running,

    /// <summary>Every planned run is completed.</summary>
    Done,

    /// <summary>A run failed; asked for again, it goes on.</summary>
    Failed,

    /// <summary>Somebody ended it; asked for again, it goes on.</summary>
    Cancelled,
}

/// <summary>A comparison of arms over seeds, and over folds where the data have no fixed test side.</summary>
public sealed class ExperimentRow
{
    /// <summary>Hash of name, plan, data set, snapshots and code: the same question again is the same experiment.</summary>
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>The plan, as JSON.</summary>
    public string Plan { get; set; } = "{}";

    public ExperimentState State { get; set; }

    /// <summary>Runs at a time.</summary>
    public int Parallel { get; set; }

    /// <summary>Why it failed, as JSON.</summary>
    public string? Failure { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>The run that is one arm under one seed (and fold) of an experiment; a run may be an arm of several.</summary>
public sealed class ExperimentArmRow
{
    public string ExperimentId { get; set; } = "";

    public string Arm { get; set; } = "";

    public long Seed { get; set; }

    public int Fold { get; set; }

    public Guid RunId { get; set; }
}

public enum ExperimentOrderState
{
    /// <summary>Its folds are not all sealed, or it is not planned yet.</summary>
    Open,

    /// <summary>It is an experiment.</summary>
    Planned,

    /// <summary>The data do not allow it, or cannot be sealed.</summary>
    Failed,

    /// <summary>Somebody ended it before it was planned; the audit has who and why.</summary>
    Cancelled,
}

/// <summary>An experiment that somebody asked for. Control plans it as soon as Ingest has sealed its folds.</summary>
public sealed class ExperimentOrderRow
{
    public Guid OrderId { get; set; }

    public string Name { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>What was asked for, as JSON.</summary>
    public string Request { get; set; } = "{}";

    /// <summary>Runs at a time.</summary>
    public int Parallel { get; set; }

    public ExperimentOrderState State { get; set; }

    /// <summary>Hash of each fold's snapshot; empty while it is not sealed.</summary>
    public string[] Snapshots { get; set; } = [];

    /// <summary>Failed attempts to seal.</summary>
    public int Attempts { get; set; }

    /// <summary>Why it cannot be, as JSON.</summary>
    public string? Failure { get; set; }

    /// <summary>What it became.</summary>
    public string? ExperimentId { get; set; }

    /// <summary>Who asked, over HTTP; empty at the command line.</summary>
    public string Actor { get; set; } = "";

    public string? IdempotencyKey { get; set; }

    /// <summary>Hash of what was asked for under the key.</summary>
    public string? BodyHash { get; set; }

    public DateTimeOffset OrderedAt { get; set; }
}
