using System.Text.Json;
using System.Text.Json.Serialization;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>Who did what: a row in the transaction of the change, so that neither is there without the other.</summary>
internal static class Audit
{
    private static readonly JsonSerializerOptions Format = new() { Converters = { new JsonStringEnumConverter() } };

    /// <param name="db">A context in whose transaction the change is made.</param>
    public static async Task NoteAsync(PipelineDb db, string actor, string action, string target, object details, TimeProvider time, CancellationToken ct)
    {
        db.Audit.Add(new AuditRow
        {
            Actor = actor, Action = action, Target = target, Details = JsonSerializer.Serialize(details, details.GetType(), Format),
            OccurredAt = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
    }
}
