using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.Hosting;

/// <summary>What can be read of a message's recorded bytes.</summary>
/// <param name="Type">Name of the message type as the sender wrote it; empty where there is none.</param>
/// <param name="RunId">The run it is about, if that can be read.</param>
/// <param name="Message">The message itself, or null.</param>
/// <param name="Fault">Why there is no message.</param>
public sealed record MessageEnvelope(string Type, Guid? MessageId, Guid? RunId, IRunMessage? Message, string Fault)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNameCaseInsensitive = true };

    private static readonly Dictionary<string, Type> Types = typeof(IRunMessage).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IRunMessage)))
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Reads MassTransit's JSON envelope; bytes that are anything else are no reason to throw.</summary>
    public static MessageEnvelope Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: text that is no Unicode
        {
            return new MessageEnvelope("", null, null, null, $"not JSON: {e.Message}");
        }
    }

    private static MessageEnvelope Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new MessageEnvelope("", null, null, null, "not an envelope");
        }

        var type = Get(root, "messageType") is { ValueKind: JsonValueKind.Array } names
            && names.GetArrayLength() > 0
            && names[0].ValueKind == JsonValueKind.String
            ? names[0].GetString()!.Split(':', '.')[^1]
            : "";
        var id = GuidOf(Get(root, "messageId"));
        var content = Get(root, "message");
        var run = content is { ValueKind: JsonValueKind.Object } inner ? GuidOf(Get(inner, "runId")) : null;
        if (!Types.TryGetValue(type, out var known))
        {
            return new MessageEnvelope(type, id, run, null, type.Length == 0 ? "the envelope names no message type" : $"there is no message type '{type}'");
        }

        try
        {
            return content?.Deserialize(known, Format) is IRunMessage message && message.RunId != Guid.Empty && message.Generation > 0
                ? new MessageEnvelope(type, id, run, message, "")
                : new MessageEnvelope(type, id, run, null, "the envelope holds no message of a run");
        }
        catch (JsonException e)
        {
            return new MessageEnvelope(type, id, run, null, $"not a {type}: {e.Message}");
        }
    }

    private static JsonElement? Get(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value : null;

    private static Guid? GuidOf(JsonElement? text) => text is { ValueKind: JsonValueKind.String } given && given.TryGetGuid(out var id) ? id : null;
}
