using System.Text.Json;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>
/// The table of events. Numbers come from a counter that only rises, under a lock that is held to commit: a reader with a cursor never passes a
/// number that appears later, and never meets one a second time, whatever was deleted.
/// </summary>
public static class EventLog
{
    private const string Insert =
        """
        with fresh as (
            select e.*, row_number() over (order by e.place) as nth, count(*) over () as many
            from unnest(@ids, @types, @units, @payloads) with ordinality as e (message_id, type, unit, payload, place)
            where not exists (
                select 1 from zigong.pipeline_events p
                where p.run_id = @run and p.generation = @generation and p.type = e.type and p.unit = e.unit)
        ), counter as (
            -- Versions before the counter number by the table alone, and may write beside this one.
            update zigong.event_counter
            set last = greatest(last, (select coalesce(max(sequence), 0) from zigong.pipeline_events)) + (select count(*) from fresh)
            returning last
        )
        insert into zigong.pipeline_events (sequence, message_id, run_id, generation, type, unit, payload)
        select counter.last - fresh.many + fresh.nth, fresh.message_id, @run, @generation, fresh.type, fresh.unit, fresh.payload::jsonb from fresh, counter
        """;

    /// <summary>The same for every copy of a message, so that a subscriber can drop doubles.</summary>
    public static Guid MessageId(IRunMessage message) => ContentHash.ToGuid(ContentHash.Id(
        message.RunId.ToString("N"), $"{message.Generation}", message.GetType().Name, message.Unit));

    /// <summary>Adds events inside the caller's transaction; one that is already there (same run, generation, type and unit) stays as it is.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<IRunMessage> events, CancellationToken ct)
    {
        if (events.Count == 0)
        {
            return;
        }

        // A statement of its own: the next one has to see what whoever held the lock before has committed.
        await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction))
        {
            take.Parameters.AddWithValue(AdvisoryLocks.Events);
            await take.ExecuteNonQueryAsync(ct);
        }

        foreach (var of in events.GroupBy(e => (e.RunId, e.Generation)))
        {
            await using var insert = new NpgsqlCommand(Insert, connection, transaction);
            insert.Parameters.AddWithValue("run", of.Key.RunId);
            insert.Parameters.AddWithValue("generation", of.Key.Generation);
            insert.Parameters.AddWithValue("ids", of.Select(MessageId).ToArray());
            insert.Parameters.AddWithValue("types", of.Select(e => e.GetType().Name).ToArray());
            insert.Parameters.AddWithValue("units", of.Select(e => e.Unit).ToArray());
            insert.Parameters.AddWithValue("payloads", of.Select(e => JsonSerializer.Serialize(e, e.GetType())).ToArray());
            await insert.ExecuteNonQueryAsync(ct);
        }
    }
}
