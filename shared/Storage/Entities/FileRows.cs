namespace ZiGong.Storage.Entities;

/// <summary>A table that was taken in, by whichever way it came. Ingest writes it; a withdrawal notes itself.</summary>
public sealed class FileRow
{
    public long FileId { get; set; }

    public string Dataset { get; set; } = "";

    /// <summary>Keyed hash of the content: the same file is the same row.</summary>
    public string FileHash { get; set; } = "";

    public string FileName { get; set; } = "";

    /// <summary>When it was taken in last, in the order of all arrivals.</summary>
    public long Arrival { get; set; }

    public DateTimeOffset TakenInAt { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}

/// <summary>Some of a file's samples, in the order of its rows.</summary>
public sealed class FileSamplesRow
{
    public long FileId { get; set; }

    public int Part { get; set; }

    public Guid[] Samples { get; set; } = [];
}
