using System.Data;
using Npgsql;

namespace ZiGong.Storage;

/// <summary>
/// The right to change what a data set has: one at a time, since what came last stands and two tables at once would mix. An advisory lock on
/// a connection of its own, which goes with it however that ends.
/// </summary>
public sealed class DatasetLock : IAsyncDisposable
{
    // Locks of two numbers are apart from those of one number in AdvisoryLocks.
    private const int Space = 0x5A47;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private readonly NpgsqlConnection _connection;
    private readonly string _dataset;

    private DatasetLock(NpgsqlConnection connection, string dataset)
    {
        _connection = connection;
        _dataset = dataset;
    }

    /// <returns>Null while somebody else has it.</returns>
    public static async Task<DatasetLock?> TryTakeAsync(NpgsqlDataSource source, string dataset, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        try
        {
            if (await AskAsync(connection, "select pg_try_advisory_lock($1, hashtext($2))", dataset, ct))
            {
                return new DatasetLock(connection, dataset);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Waits as long as somebody else has it.</summary>
    /// <param name="waiting">Called once, if there is anything to wait for.</param>
    public static async Task<DatasetLock> TakeAsync(NpgsqlDataSource source, string dataset, Action waiting, TimeProvider time, CancellationToken ct)
    {
        for (var said = false; ; said = true)
        {
            if (await TryTakeAsync(source, dataset, ct) is { } taken)
            {
                return taken;
            }

            if (!said)
            {
                waiting();
            }

            await Task.Delay(BetweenTries, time, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (_connection)
        {
            if (_connection.State == ConnectionState.Open)
            {
                await AskAsync(_connection, "select pg_advisory_unlock($1, hashtext($2))", _dataset, CancellationToken.None);
            }
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, string dataset, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = Space }, new() { Value = dataset } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
