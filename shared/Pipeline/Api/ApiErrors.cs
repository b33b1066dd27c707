using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Api;

/// <summary>A message that no consumer could deal with.</summary>
/// <param name="Body">The message as text, what is not text replaced; null in lists.</param>
public sealed record ApiDeadLetter(
    long Id, string Queue, string MessageType, Guid? MessageId, Guid? RunId, string Exception, DateTimeOffset ReceivedAt, DeadLetterState State, string? Reason,
    string? HandledBy, DateTimeOffset? HandledAt, string? Body);

/// <summary>What holds runs up: dead letters and failed units.</summary>
public sealed record ApiErrorList(IReadOnlyList<ApiDeadLetter> DeadLetters, IReadOnlyList<FailedUnit> FailedUnits);
