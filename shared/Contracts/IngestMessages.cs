namespace ZiGong.Contracts;

/// <summary>Somebody asked for a run; Ingest seals the snapshot.</summary>
public sealed record RunRequested(Guid RunId, int Generation) : IRunMessage
{
    public string Unit => "snapshot";
}

/// <summary>A table came in over HTTP; Ingest takes its rows in. It belongs to no run.</summary>
public sealed record IngestUpload(Guid UploadId);

/// <summary>Somebody asked for an experiment. It belongs to no run: Control has the folds sealed, then plans it.</summary>
public sealed record ExperimentOrdered(Guid OrderId);

/// <summary>An experiment needs the snapshot of one fold before it can be planned; Ingest seals it. It belongs to no run.</summary>
/// <param name="Fold">0 where there are no folds.</param>
public sealed record SealFold(Guid OrderId, int Fold);

/// <summary>The snapshot of one fold is there. It belongs to no run.</summary>
public sealed record FoldSealed(Guid OrderId, int Fold);

/// <summary>Shards, membership, periods and encoding are frozen.</summary>
/// <param name="Snapshot">Content hash of the snapshot.</param>
public sealed record SnapshotSealed(Guid RunId, int Generation, string Snapshot, int Training, int Reference, int Test, int Shards) : IRunMessage
{
    public string Unit => "snapshot";
}
