using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Api;

/// <summary>A stored descriptor: its hash stands for it wherever a data set is named.</summary>
public sealed record StoredDescriptor(string Descriptor, string Dataset);

/// <summary>An uploaded table and what became of its rows.</summary>
/// <param name="Artifact">SHA-256 of the table while it waits; empty once its rows are taken in.</param>
/// <param name="Read">Rows read so far.</param>
/// <param name="Moved">Superseded rows whose correction has another date: many of them mean that the descriptor's key does not name the row.</param>
public sealed record ApiUpload(
    Guid UploadId, string Dataset, string FileName, string Artifact, long Bytes, UploadState State, long Read, long Added, long Unchanged, long Superseded,
    long Moved, long Rejected, long Filtered, string? Error, string UploadedBy, DateTimeOffset UploadedAt, DateTimeOffset? FinishedAt);
