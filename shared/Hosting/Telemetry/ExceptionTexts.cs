using System.Diagnostics;
using OpenTelemetry;

namespace ZiGong.Hosting.Telemetry;

/// <summary>
/// Takes the texts of exceptions out of spans before they are sent: MassTransit and Npgsql record message and stack trace, and those quote what they
/// are about ("invalid input syntax for type integer: …", "Key (…)=(…) already exists"). The type stays, and Npgsql's SQLSTATE beside it
/// (<c>db.response.status_code</c>); the rest is in the log under the span's ids.
/// </summary>
internal sealed class ExceptionTexts : BaseProcessor<Activity>
{
    private const string Type = "exception.type";

    // An exception's text may be at these places; whatever else an event of one holds goes, too, since a library's next version may put it elsewhere.
    private static readonly string[] Kept = [Type, "exception.escaped"];
    private static readonly string[] Told = ["otel.status_description", "exception.message", "exception.stacktrace"];

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        object? type = null;
        foreach (ref var added in data.EnumerateEvents())
        {
            if (added.Name == "exception")
            {
                type = added.Tags.FirstOrDefault(t => t.Key == Type).Value ?? type;
                added = new ActivityEvent(added.Name, added.Timestamp, [.. added.Tags.Where(t => Kept.Contains(t.Key, StringComparer.Ordinal))]);
            }
        }

        foreach (var tag in Told.Where(t => data.GetTagItem(t) is not null))
        {
            data.SetTag(tag, null);
        }

        if (data.StatusDescription is not null)
        {
            data.SetStatus(data.Status, (data.GetTagItem("db.response.status_code") ?? type)?.ToString());
        }
    }
}
