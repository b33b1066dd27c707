using Npgsql;
using NpgsqlTypes;

namespace ZiGong.Storage;

/// <summary>Binary COPY for tables that get rows by the thousand.</summary>
public static class BulkCopy
{
    /// <summary>Writes <paramref name="rows"/> into <paramref name="target"/>, e.g. <c>zigong.partial_scores (score_key, sample_id, value)</c>.</summary>
    /// <returns>The number of rows.</returns>
    public static async Task<ulong> WriteAsync<T>(
        NpgsqlConnection connection, string target, IEnumerable<T> rows, NpgsqlDbType[] types, Func<T, object?[]> columns, CancellationToken ct)
    {
        await using var writer = await connection.BeginBinaryImportAsync($"copy {target} from stdin (format binary)", ct);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(ct);
            var values = columns(row);
            for (var i = 0; i < types.Length; i++)
            {
                if (values[i] is { } value)
                {
                    await writer.WriteAsync(value, types[i], ct);
                }
                else
                {
                    await writer.WriteNullAsync(ct);
                }
            }
        }

        return await writer.CompleteAsync(ct);
    }
}
