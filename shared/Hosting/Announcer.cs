using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Hosting;

/// <summary>
/// The events that end a run. Nothing in the pipeline waits for them and nothing would miss one that a crash kept from the broker, but
/// others do: so it is noted when the broker has confirmed one, and the sweeper sends those that are not noted again.
/// </summary>
public sealed class Announcer(NpgsqlDataSource source, IBus bus, PipelineOptions options)
{
    private static readonly Dictionary<string, Type> Types =
        new[] { typeof(ModelReady), typeof(ModelRejected), typeof(StageFailed), typeof(RunCancelled) }.ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static readonly string[] Names = [.. Types.Keys];

    /// <summary>Publishes an event of the log, whichever; one that ends a run is noted as announced.</summary>
    public async Task PublishAsync(IRunMessage message, CancellationToken ct)
    {
        var id = EventLog.MessageId(message);
        await bus.Publish(message, message.GetType(), c => c.MessageId = id, ct);
        if (Types.ContainsKey(message.GetType().Name))
        {
            await NoteAsync(id, ct);
        }
    }

    /// <summary>Sends what was never confirmed. A subscriber may get an event twice, with the same message id.</summary>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="unlessYoungerThan">Younger ones are probably being sent right now.</param>
    /// <returns>How many.</returns>
    public async Task<int> CatchUpAsync(TimeSpan unlessYoungerThan, CancellationToken ct)
    {
        if (options.Transport == "memory")
        {
            // Nobody outside this process listens here: what services could not send waits for their broker.
            return 0;
        }

        await using var db = PipelineDatabase.NewContext(source);
        var missed = await db.PipelineEvents.FromSql(
            $"select * from zigong.pipeline_events where announced_at is null and type = any({Names}) and occurred_at < now() - {unlessYoungerThan}")
            .OrderBy(e => e.Sequence).ToListAsync(ct);
        foreach (var row in missed)
        {
            await SendAsync(row, ct);
        }

        return missed.Count;
    }

    /// <summary>Sends a run's last event again, announced or not.</summary>
    public async Task RepeatLastAsync(Guid runId, int generation, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var last = await db.PipelineEvents
            .Where(e => e.RunId == runId && e.Generation == generation && (e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)))
            .ToListAsync(ct);
        foreach (var row in last)
        {
            await SendAsync(row, ct);
        }
    }

    private async Task SendAsync(PipelineEventRow row, CancellationToken ct)
    {
        var type = Types[row.Type];
        await bus.Publish(JsonSerializer.Deserialize(row.Payload, type)!, type, c => c.MessageId = row.MessageId, ct);
        await NoteAsync(row.MessageId, ct);
    }

    private async Task NoteAsync(Guid messageId, CancellationToken ct)
    {
        await using var note = source.CreateCommand("update zigong.pipeline_events set announced_at = now() where message_id = $1 and announced_at is null");
        note.Parameters.AddWithValue(messageId);
        await note.ExecuteNonQueryAsync(ct);
    }
}
