namespace ZiGong.Contracts;

/// <summary>How far an ingestion is.</summary>
public sealed record IngestProgress(long Read, long Bytes, long TotalBytes);

/// <summary>What a file came to.</summary>
/// <param name="Read">Samples and rejections that the file gave.</param>
/// <param name="Unchanged">Samples that were there already.</param>
/// <param name="Superseded">Older samples whose place a correction took.</param>
/// <param name="Filtered">Rows that the descriptor's filters leave out.</param>
public sealed record IngestSummary(long Read, long Added, long Unchanged, long Superseded, long Rejected, long Filtered);
