using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control;

/// <summary>
/// Sends the next messages again for every unfinished run that stopped moving: after a kill, a wiped broker or a back-off.
/// At once when the host starts, then every <see cref="PipelineOptions.SweepSeconds"/>; one sweeper at a time, under an advisory lock.
/// </summary>
public sealed class Sweeper(NpgsqlDataSource source, IBus bus, PipelineOptions options, TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("sweep put off: {Reason}", e.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(options.SweepSeconds), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>The number of messages sent.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = AdvisoryLocks.Sweeper } } };
        if (!(bool)(await take.ExecuteScalarAsync(ct))!)
        {
            return 0;
        }

        await using var db = PipelineDatabase.NewContext(source);
        var sent = 0;
        foreach (var runId in await db.Runs.Where(r => r.Status == RunStatus.Running).Select(r => r.RunId).ToListAsync(ct))
        {
            foreach (var message in await StuckAsync(db, runId, ct))
            {
                await bus.Publish(message, message.GetType(), c => c.MessageId = EventLog.MessageId(message), ct);
                sent++;
            }
        }

        return sent;
    }

    /// <summary>The messages a run waits for although nobody works on it; none while any unit of it is under a live lease.</summary>
    private static async Task<IReadOnlyList<IRunMessage>> StuckAsync(PipelineDb db, Guid runId, CancellationToken ct)
    {
        var alive = await db.WorkUnits.AnyAsync(
            u => u.RunId == runId && u.State == UnitState.Leased && u.LeaseExpiresAt > DateTimeOffset.UtcNow, ct);
        return alive ? [] : NextMessages.Of(await RunState.ReadAsync(db, runId, ct));
    }
}
