using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control;

/// <summary>
/// Sends the next messages again for every unfinished run that stopped moving: after a kill, a wiped broker or a back-off.
/// At once when the host starts, then every <see cref="PipelineOptions.SweepSeconds"/>; one sweeper at a time, under an advisory lock.
/// </summary>
public sealed class Sweeper(NpgsqlDataSource source, IBus bus, Announcer announcer, PipelineOptions options, TimeProvider time, ILogger<Sweeper> log)
    : BackgroundService
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
        await using var take =
            new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = AdvisoryLocks.Sweeper } } };
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
            _schedule.Clear();
            return sent;
        }

        // A broker that stands still must not keep the lock from a Control that reaches another node.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LongestSending);
        var running = await db.Runs.Where(r => r.Status == RunStatus.Running).Select(r => r.RunId).ToListAsync(ct);
        _schedule.ForgetAllBut(running);
        foreach (var runId in running)
        {
            try
            {
                sent += await SweepAsync(db, runId, patience.Token, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // What was not sent is due again at once.
                _schedule.Forget(runId);
                if (e is NpgsqlException)
                {
                    throw;
                }

                // One run with rows that cannot be read must not keep the others waiting.
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
        if (await AnyAtWorkAsync(db, runId, ct))
        {
            _schedule.SeeAtWork(runId, standing);
            return 0;
        }

        if (!_schedule.IsDue(runId, standing))
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

    private static Task<bool> AnyAtWorkAsync(PipelineDb db, Guid runId, CancellationToken ct) =>
        db.WorkUnits.AnyAsync(u => u.RunId == runId && u.State == UnitState.Leased && u.LeaseExpiresAt > PipelineDb.Now(), ct);

    private static async Task<RunStanding> StandingAsync(PipelineDb db, Guid runId, CancellationToken ct)
    {
        var generation = await db.Runs.Where(r => r.RunId == runId).Select(r => r.Generation).SingleAsync(ct);
        var units = await db.WorkUnits.Where(u => u.RunId == runId)
            .GroupBy(u => u.RunId)
            .Select(
                g =>
                    new
                    {
                        Done = g.Count(u => u.State == UnitState.Done), Attempts = g.Sum(u => u.Attempts),
                        Waiting = g.Count(u => u.NextAttemptAt > PipelineDb.Now()),
                    })
            .SingleOrDefaultAsync(ct);
        return new RunStanding(generation, units?.Done ?? 0, units?.Attempts ?? 0, units?.Waiting ?? 0);
    }

    private static readonly TimeSpan UnlessYoungerThan = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(30);
    private readonly SweepSchedule _schedule = new(TimeSpan.FromSeconds(options.SweepSeconds), time);
}
