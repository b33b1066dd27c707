using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Storage;

namespace ZiGong.Ingest.Files;

/// <summary>
/// Where the key alone names a row, two rows of one file with one key and two times are no correction: the key does not name the row, and
/// all but one would be lost. Looked for before anything is stored.
/// </summary>
internal static class OneTimePerKey
{
    private static readonly NpgsqlDbType[] Types = [NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.Bigint];

    /// <exception cref="InputException">Names the two lines and what to do.</exception>
    public static async Task CheckAsync(DatasetDescriptor descriptor, NpgsqlConnection connection, string name, IEnumerable<ReadResult> rows, CancellationToken ct)
    {
        if (!descriptor.KeyFixesTime)
        {
            return;
        }

        await ExecuteAsync(connection, "create temporary table times (natural_key text, observed_at timestamptz, line bigint)", ct);
        var dated = rows.Where(r => r.Sample is not null).Select(r => (Sample: r.Sample!, r.Line));
        await BulkCopy.WriteAsync(connection, "times", dated, Types, r => [r.Sample.NaturalKey, r.Sample.ObservedAt, r.Line], ct);
        var twice = await FindAsync(connection, ct);
        await ExecuteAsync(connection, "drop table times", ct);
        if (twice is var (first, last))
        {
            throw new InputException(
                $"{name}: lines {first} and {last} have one key and two dates, and a later row of a key corrects the earlier one. If each is an "
                + $"observation of its own, say so in the descriptor: observed_at: {{column: {descriptor.ObservedAt.Column}, part_of_key: true}}. Nothing was stored.");
        }
    }

    private static async Task<(long First, long Last)?> FindAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand(
            "select min(line), max(line) from times group by natural_key having min(observed_at) <> max(observed_at) order by min(line) limit 1", connection);
        await using var found = await find.ExecuteReaderAsync(ct);
        return await found.ReadAsync(ct) ? (found.GetInt64(0), found.GetInt64(1)) : null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
