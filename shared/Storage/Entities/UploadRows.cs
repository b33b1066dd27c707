namespace ZiGong.Storage.Entities;

public enum UploadState
{
    /// <summary>The file waits in its place; its rows are not all in the database yet.</summary>
    Stored,
    Ingested,
    Failed,
}

/// <summary>A table that came in over HTTP. Control inserts and orders, Ingest records what became of it.</summary>
public sealed class UploadRow
{
    public Guid UploadId { get; set; }

    public string Dataset { get; set; } = "";

    /// <summary>The descriptor's YAML.</summary>
    public string Descriptor { get; set; } = "";

    public string FileName { get; set; } = "";

    /// <summary>Hash of the file's content while it waits; empty once it is gone, since with few rows it would tell whose they were.</summary>
    public string Artifact { get; set; } = "";

    /// <summary>The file lies in the uploads' own place; false: an earlier version put it among the artifacts.</summary>
    public bool Apart { get; set; }

    public long Bytes { get; set; }

    public UploadState State { get; set; }

    public int Attempts { get; set; }

    public long Read { get; set; }

    public long Added { get; set; }

    public long Unchanged { get; set; }

    public long Superseded { get; set; }

    /// <summary>Superseded ones whose correction has another observation time.</summary>
    public long Moved { get; set; }

    public long Rejected { get; set; }

    public long Filtered { get; set; }

    /// <summary>The file that it was, once it is taken in.</summary>
    public long? FileId { get; set; }

    public string? Error { get; set; }

    public string UploadedBy { get; set; } = "";

    public DateTimeOffset UploadedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int Orders { get; set; }

    public DateTimeOffset NextOrderAt { get; set; }
}
