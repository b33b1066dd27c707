namespace ZiGong.Contracts;

/// <summary>How far an ingestion is.</summary>
/// <param name="Waiting">Another ingestion of the data set has to end first.</param>
public sealed record IngestProgress(long Read, long Bytes, long TotalBytes, bool Waiting = false);

/// <summary>What a file came to.</summary>
/// <param name="Read">Samples and rejections that the file gave.</param>
/// <param name="Unchanged">Samples that were there already.</param>
/// <param name="Superseded">Older samples whose place a correction took.</param>
/// <param name="Filtered">Rows that the descriptor's filters leave out.</param>
public sealed record IngestSummary(long Read, long Added, long Unchanged, long Superseded, long Rejected, long Filtered)
{
    /// <summary>Superseded ones whose correction has another observation time.</summary>
    public long Moved { get; init; }

    /// <summary>What the file is withdrawn by.</summary>
    public long FileId { get; init; }
}
