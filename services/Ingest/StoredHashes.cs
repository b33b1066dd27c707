using System.Text.Json;
using Npgsql;
using ZiGong.Credit.Subjects;
using ZiGong.Storage;

namespace ZiGong.Ingest;

/// <summary>
/// Hashes once more, with the subject key, what earlier versions stored as plain hashes: batch by batch, each for good, so that whoever
/// starts after an interruption goes on where it was.
/// </summary>
internal static class StoredHashes
{
    private const int BatchRows = 4096;

    public static async Task KeyAsync(NpgsqlDataSource source, SubjectHasher hasher, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await AnyAsync(connection, ct))
        {
            return;
        }

        await LockAsync(connection, "select pg_advisory_lock($1)", ct);
        try
        {
            var samples = await KeyAsync<Guid>(connection, "samples", "sample_id", "natural_key", hasher.NaturalKey, ct);
            var rejections = await KeyAsync<long>(connection, "rejections", "rejection_id", "file_hash", hasher.FileKey, ct);
            await NoteAsync(connection, samples, rejections, ct);
        }
        finally
        {
            await LockAsync(connection, "select pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    private static async Task<bool> AnyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select 1 from zigong.samples where identity = 0) or exists (select 1 from zigong.rejections where identity = 0)", connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<long> KeyAsync<TId>(
        NpgsqlConnection connection, string table, string id, string column, Func<string, string> keyed, CancellationToken ct)
    {
        var done = 0L;
        while (await ReadAsync<TId>(connection, $"select {id}, {column} from zigong.{table} where identity = 0 limit {BatchRows}", ct) is { Count: > 0 } batch)
        {
            await using var update = new NpgsqlCommand(
                $"""
                update zigong.{table} t set {column} = keyed.hash, identity = 1
                from unnest($1, $2) as keyed (id, hash) where t.{id} = keyed.id and t.identity = 0
                """,
                connection);
            update.Parameters.AddWithValue(batch.Select(row => row.Id).ToArray());
            update.Parameters.AddWithValue(batch.Select(row => keyed(row.Hash)).ToArray());
            done += await update.ExecuteNonQueryAsync(ct);
        }

        return done;
    }

    private static async Task<List<(TId Id, string Hash)>> ReadAsync<TId>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        await using var reader = await query.ExecuteReaderAsync(ct);
        var rows = new List<(TId, string)>(BatchRows);
        while (await reader.ReadAsync(ct))
        {
            rows.Add((await reader.GetFieldValueAsync<TId>(0, ct), reader.GetString(1)));
        }

        return rows;
    }

    private static async Task NoteAsync(NpgsqlConnection connection, long samples, long rejections, CancellationToken ct)
    {
        if (samples + rejections == 0)
        {
            return;
        }

        await using var note = new NpgsqlCommand(
            "insert into zigong.audit (actor, action, target, details) values ('ingest', 'key hashes', 'samples', $1::jsonb)", connection);
        note.Parameters.AddWithValue(JsonSerializer.Serialize(new { samples, rejections }));
        await note.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Waits as long as another process is at it.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = AdvisoryLocks.Keying } } };
        await command.ExecuteNonQueryAsync(ct);
    }
}
