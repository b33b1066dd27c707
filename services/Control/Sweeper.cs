using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control;

/// <summary>
/// Sends the next messages again for every unfinished run that stopped moving: after a kill, a wiped broker or a back-off.
/// At once when the host starts, then every <see cref="PipelineOptions.SweepSeconds"/>; one sweeper at a time, under an advisory lock.
/// </summary>
public sealed class Sweeper(NpgsqlDataSource source, IBus bus, Announcer announcer, PipelineOptions options, TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, the next sweep may find it gone; a sweeper that dies leaves every run to itself.
                log.LogWarning(e, "sweep put off");
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

        // Before the pause: what ends a run is told even then.
        var sent = await CatchUpAsync(ct);
        await using var db = PipelineDatabase.NewContext(source);
        if (await db.PipelineSwitch.AnyAsync(s => s.Paused, ct))
        {
            // What was held back is due at once when the pause ends.
            _swept.Clear();
            return sent;
        }

        // A broker that stands still must not keep the lock from a Control that reaches another node.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LongestSending);
        var running = await db.Runs.Where(r => r.Status == RunStatus.Running).Select(r => r.RunId).ToListAsync(ct);
        Forget(running);
        foreach (var runId in running)
        {
            try
            {
                sent += await SweepAsync(db, runId, patience.Token, ct);
            }
            catch (Exception e) when (e is not NpgsqlException && !ct.IsCancellationRequested)
            {
                // One run with rows that cannot be read must not keep the others waiting; and what was not sent is due again at once.
                _swept.Remove(runId);
                log.LogWarning(e, "run {Run} could not be swept", runId);
            }
        }

        return sent;
    }

    /// <summary>A broker that is away must not keep the lock, and an event that cannot be sent must not keep runs waiting.</summary>
    private async Task<int> CatchUpAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LongestSending);
        try
        {
            return await announcer.CatchUpAsync(UnlessYoungerThan, patience.Token);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            log.LogWarning(e, "announcements put off");
            return 0;
        }
    }

    private async Task<int> SweepAsync(PipelineDb db, Guid runId, CancellationToken sending, CancellationToken ct)
    {
        var standing = await StandingAsync(db, runId, ct);
        if (standing.Alive || !IsDue(runId, standing))
        {
            return 0;
        }

        var messages = NextMessages.Of(await RunState.ReadAsync(db, runId, ct));
        using var span = RunTrace.Start("sweep", runId);
        foreach (var message in messages)
        {
            await bus.PublishAsync(message, sending);
        }

        return messages.Count;
    }

    /// <summary>How a run stands: whether anybody works on it, and figures that change whenever it moves.</summary>
    private static async Task<Standing> StandingAsync(PipelineDb db, Guid runId, CancellationToken ct)
    {
        var units = db.WorkUnits.Where(u => u.RunId == runId);
        return new Standing(
            await db.Runs.Where(r => r.RunId == runId).Select(r => r.Generation).SingleAsync(ct),
            await units.AnyAsync(u => u.State == UnitState.Leased && u.LeaseExpiresAt > PipelineDb.Now(), ct),
            await units.CountAsync(u => u.State == UnitState.Done, ct),
            await units.SumAsync(u => u.Attempts, ct),
            await units.CountAsync(u => u.NextAttemptAt > PipelineDb.Now(), ct));
    }

    /// <summary>
    /// At once when the run has moved since the last sweep, else after twice the last wait: where no worker listens for a night,
    /// the queues must not fill with copies.
    /// </summary>
    private bool IsDue(Guid runId, Standing standing)
    {
        var now = time.GetTimestamp();
        var moved = !_swept.TryGetValue(runId, out var last) || last.Standing != standing;
        if (!moved && time.GetElapsedTime(last.At, now) < last.Wait)
        {
            return false;
        }

        var wait = moved ? TimeSpan.FromSeconds(options.SweepSeconds) : TimeSpan.FromTicks(Math.Min(2 * last.Wait.Ticks, LongestWait.Ticks));
        _swept[runId] = (standing, now, wait);
        return true;
    }

    /// <summary>Runs that are over are not swept again, and Control goes on for months.</summary>
    private void Forget(IReadOnlyList<Guid> unless)
    {
        foreach (var over in _swept.Keys.Except(unless).ToList())
        {
            _swept.Remove(over);
        }
    }

    private static readonly TimeSpan UnlessYoungerThan = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private readonly Dictionary<Guid, (Standing Standing, long At, TimeSpan Wait)> _swept = [];

    private sealed record Standing(int Generation, bool Alive, int Done, int Attempts, int Waiting);
}
