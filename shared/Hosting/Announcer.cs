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
        await bus.PublishAsync(message, ct);
        if (Types.ContainsKey(message.GetType().Name))
        {
            await NoteAsync(EventLog.MessageId(message), ct);
        }
    }

    /// <summary>Sends what was never confirmed. A subscriber may get an event twice, with the same message id.</summary>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="unlessYoungerThan">Younger ones are probably being sent right now.</param>
    /// <returns>How many.</returns>
    public async Task<int> CatchUpAsync(TimeSpan unlessYoungerThan, CancellationToken ct)
    {
        if (!options.OverBroker)
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
        await bus.PublishAsync((IRunMessage)JsonSerializer.Deserialize(row.Payload, Types[row.Type])!, ct);
        await NoteAsync(row.MessageId, ct);
    }

    /// <summary>Events that wait for their broker.</summary>
    public async Task<long> CountWaitingAsync(CancellationToken ct)
    {
        await using var count = source.CreateCommand("select count(*) from zigong.pipeline_events where announced_at is null and type = any($1)");
        count.Parameters.AddWithValue(Names);
        return (long)(await count.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Where a run that services began ends in a process without their broker, that has told nobody: their sweeper does it.</summary>
    private async Task NoteAsync(Guid messageId, CancellationToken ct)
    {
        await using var note = source.CreateCommand(
            """
            update zigong.pipeline_events e set announced_at = now() from zigong.runs r
            where e.message_id = $1 and e.announced_at is null and r.run_id = e.run_id and ($2 or not r.over_broker)
            """);
        note.Parameters.AddWithValue(messageId);
        note.Parameters.AddWithValue(options.OverBroker);
        await note.ExecuteNonQueryAsync(ct);
    }
}
