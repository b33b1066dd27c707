using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Api;

/// <summary>A stored descriptor: its hash stands for it wherever a data set is named.</summary>
public sealed record StoredDescriptor(string Descriptor, string Dataset);

/// <summary>An uploaded table and what became of its rows.</summary>
/// <param name="Read">Rows read so far.</param>
public sealed record ApiUpload(
    Guid UploadId, string Dataset, string FileName, string Artifact, long Bytes, UploadState State, long Read, long Added, long Unchanged, long Superseded,
    long Rejected, long Filtered, string? Error, string UploadedBy, DateTimeOffset UploadedAt, DateTimeOffset? FinishedAt);
