namespace ZiGong.Storage.Entities;

/// <summary>A comparison of arms over seeds, and over folds where the data have no fixed test side.</summary>
public sealed class ExperimentRow
{
    /// <summary>Hash of name, plan, data set, snapshots and code: the same question again is the same experiment.</summary>
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>The plan, as JSON.</summary>
    public string Plan { get; set; } = "{}";

    public DateTimeOffset CreatedAt { get; set; }
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
