using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>
/// The table of events. A sequence number is taken under a lock that is held to commit, so a reader with a cursor never
/// passes a number that appears later.
/// </summary>
public static class EventLog
{
    /// <summary>The same for every copy of a message, so that a subscriber can drop doubles.</summary>
    public static Guid MessageId(IRunMessage message) => ContentHash.ToGuid(ContentHash.Id(
        message.RunId.ToString("N"), $"{message.Generation}", message.GetType().Name, message.Unit));

    /// <summary>Adds events inside the caller's transaction; one that is already there (same run, generation, type, unit) stays as it is.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<IRunMessage> events, CancellationToken ct)
    {
        await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction))
        {
            take.Parameters.AddWithValue(AdvisoryLocks.Events);
            await take.ExecuteNonQueryAsync(ct);
        }

        foreach (var message in events)
        {
            await using var insert = new NpgsqlCommand(
                """
                insert into zigong.pipeline_events (sequence, message_id, run_id, generation, type, unit, payload)
                select coalesce(max(sequence), 0) + 1, $1, $2, $3, $4, $5, $6 from zigong.pipeline_events
                on conflict (run_id, generation, type, unit) do nothing
                """,
                connection,
                transaction);
            insert.Parameters.AddWithValue(MessageId(message));
            insert.Parameters.AddWithValue(message.RunId);
            insert.Parameters.AddWithValue(message.Generation);
            insert.Parameters.AddWithValue(message.GetType().Name);
            insert.Parameters.AddWithValue(message.Unit);
            insert.Parameters.AddWithValue(NpgsqlDbType.Jsonb, JsonSerializer.Serialize(message, message.GetType()));
            await insert.ExecuteNonQueryAsync(ct);
        }
    }
}
