namespace ZiGong.Contracts;

/// <summary>Somebody asked for a run; Ingest seals the snapshot.</summary>
public sealed record RunRequested(Guid RunId, int Generation) : IRunMessage
{
    public string Unit => "snapshot";
}

/// <summary>A table came in over HTTP; Ingest takes its rows in. It belongs to no run.</summary>
public sealed record IngestUpload(Guid UploadId);

/// <summary>Shards, membership, periods and encoding are frozen.</summary>
/// <param name="Snapshot">Content hash of the snapshot.</param>
public sealed record SnapshotSealed(Guid RunId, int Generation, string Snapshot, int Training, int Reference, int Test, int Shards) : IRunMessage
{
    public string Unit => "snapshot";
}
