using System.Data;
using Npgsql;
using ZiGong.Storage;

namespace ZiGong.Hosting.Embedded;

/// <summary>
/// The right to be the one embedded host that works: an advisory lock on a connection of its own outside the pool. It lives as
/// long as that connection, and goes with the process however that ends.
/// </summary>
public sealed class EmbeddedLock(string database) : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection = new(new NpgsqlConnectionStringBuilder(database) { Pooling = false, KeepAlive = 30 }.ConnectionString);

    /// <summary>False while another process has the lock. The connection stays open for the next try, and is opened again after an outage.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<bool> TryTakeAsync(CancellationToken ct)
    {
        if (_connection.State != ConnectionState.Open)
        {
            await _connection.OpenAsync(ct);
        }

        await using var take =
            new NpgsqlCommand("select pg_try_advisory_lock($1)", _connection) { Parameters = { new() { Value = AdvisoryLocks.EmbeddedHost } } };
        return (bool)(await take.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Gives back what embedded hosts had leased: whoever that was is gone, or this process would not have the lock. Separate services keep theirs.
    /// </summary>
    public async Task ReleaseLeasesAsync(CancellationToken ct)
    {
        await using var release = new NpgsqlCommand(
            """
            update zigong.work_units set state = 'Pending', lease_token = null, lease_expires_at = null
            where state = 'Leased' and worker like 'embedded/%'
            """,
            _connection);
        await release.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Lets another process have it, at once: after closing alone the server would keep it for a moment longer.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
            {
                await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", _connection);
                await unlock.ExecuteNonQueryAsync();
            }
        }
        catch (NpgsqlException)
        {
            // The connection is lost, and the lock with it.
        }

        await _connection.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        await _connection.DisposeAsync();
    }
}
