using System.Text.Json;

namespace ZiGong.Pipeline.Api;

/// <summary>An event as it went over the bus.</summary>
public sealed record ApiEvent(
    long Sequence, Guid MessageId, Guid RunId, int Generation, string Type, string Unit, DateTimeOffset OccurredAt, JsonElement Payload);
