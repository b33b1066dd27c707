using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>
/// The events that end a run. Nothing in the pipeline waits for them and nothing would miss one that a crash kept from the broker, but
/// others do: so it is noted when the broker has confirmed one, and the sweeper sends those that are not noted again.
/// </summary>
public sealed class Announcer(NpgsqlDataSource source, IBus bus, PipelineOptions options, ILogger<Announcer> log)
{
    private static readonly Dictionary<string, Type> Types =
        new[] { typeof(ModelReady), typeof(ModelRejected), typeof(StageFailed), typeof(RunCancelled) }.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Written out, since a parameter would hide from the planner that an index holds just these.</summary>
    private static readonly string Unheard = $"announced_at is null and type in ({string.Join(", ", Types.Keys.Select(t => $"'{t}'"))})";

    private static readonly string Missed = $"select * from zigong.pipeline_events where {Unheard} and occurred_at < now() - {{0}}";
    private readonly FirstTimes<Guid> _unsendable = new();

    /// <summary>Publishes an event of the log, whichever; one that ends a run is noted as announced.</summary>
    public async Task PublishAsync(IRunMessage message, CancellationToken ct)
    {
        await bus.PublishAsync(message, ct);
        if (Types.ContainsKey(message.GetType().Name))
        {
            await NoteAsync(message, ct);
        }
    }

    /// <summary>Sends what was never confirmed. A subscriber may get an event twice, with the same message id.</summary>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="unlessYoungerThan">Younger ones are probably being sent right now.</param>
    /// <returns>How many; one that cannot be read is passed over, and stays among those that wait.</returns>
    public async Task<int> CatchUpAsync(TimeSpan unlessYoungerThan, CancellationToken ct)
    {
        if (!options.OverBroker)
        {
            // Nobody outside this process listens here: what services could not send waits for their broker.
            return 0;
        }

        await using var db = PipelineDatabase.NewContext(source);
        var missed = await db.PipelineEvents.FromSqlRaw(Missed, unlessYoungerThan)
            .OrderBy(e => e.Sequence).ToListAsync(ct);
        var sent = 0;
        foreach (var row in missed)
        {
            try
            {
                await SendAsync(row, ct);
                sent++;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (Outage.IsRefusedMessage(e) || !Outage.IsOne(e)))
            {
                // One event that is damaged, that newer code wrote, or that a subscriber's full queue refuses, must not keep all
                // later ones from those who wait for them.
                TellOf(row, e);
            }
        }

        return sent;
    }

    private async Task SendAsync(PipelineEventRow row, CancellationToken ct)
    {
        var message = (IRunMessage)JsonSerializer.Deserialize(row.Payload, Types[row.Type])!;
        await bus.PublishAsync(message, ct);
        await NoteAsync(message, ct);
    }

    private void TellOf(PipelineEventRow row, Exception e)
    {
        if (_unsendable.IsFirst(row.MessageId))
        {
            PipelineTelemetry.UnsentAnnouncements.Add(1, new KeyValuePair<string, object?>("type", row.Type));
            log.LogError(
                e, "event {Sequence} ({Type} of run {Run}) cannot be announced and is passed over; it stays in zigong.pipeline_events without announced_at: "
                + "mend its payload, or set announced_at once the subscribers know", row.Sequence, row.Type, row.RunId);
        }
    }

    /// <summary>Events that wait for their broker.</summary>
    public async Task<long> CountWaitingAsync(CancellationToken ct)
    {
        await using var count = source.CreateCommand($"select count(*) from zigong.pipeline_events where {Unheard}");
        return (long)(await count.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Where a run that services began ends in a process without their broker, that has told nobody: their sweeper does it.</summary>
    private async Task NoteAsync(IRunMessage message, CancellationToken ct)
    {
        await using var note = source.CreateCommand(
            """
            update zigong.pipeline_events e set announced_at = now() from zigong.runs r
            where e.run_id = $1 and e.generation = $2 and e.type = $3 and e.unit = $4 and e.announced_at is null
                and r.run_id = e.run_id and ($5 or not r.over_broker)
            """);
        note.Parameters.AddWithValue(message.RunId);
        note.Parameters.AddWithValue(message.Generation);
        note.Parameters.AddWithValue(message.GetType().Name);
        note.Parameters.AddWithValue(message.Unit);
        note.Parameters.AddWithValue(options.OverBroker);
        await note.ExecuteNonQueryAsync(ct);
    }
}
