using System.Collections.Frozen;
using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Faults;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>
/// The frame around every unit of work: take it, compute, commit under lease token and generation together with its events,
/// publish what follows, acknowledge. A crash between any two steps leads to a redelivery or a sweep that finishes the rest.
/// </summary>
public sealed class StageRunner(
    NpgsqlDataSource source, WorkUnits units, StoredResults results, RunFailures failures, IBus bus, Announcer announcer, PipelineOptions options,
    TimeProvider time,
    ILogger<StageRunner> log, FaultInjection? faults = null)
{
    /// <param name="message">The order; its generation decides whether it still counts.</param>
    /// <param name="unit">The unit to work on.</param>
    /// <param name="work">Computes; it writes nothing but artifacts.</param>
    public async Task RunAsync(IRunMessage message, UnitKey unit, Func<UnitContext, CancellationToken, Task<UnitResult>> work, CancellationToken ct)
    {
        using var trace = new UnitTrace(message, unit, units.Worker);
        var lease = await TakeAsync(message, unit, ct);
        if (lease.Outcome == LeaseOutcome.AlreadyDone)
        {
            // After a crash between commit and publish. While the run moves it is only a copy: were every copy to publish what follows, a chain of
            // slices would double their number at each link. What that leaves out, the sweeper sends when the run stands still; ends of runs it
            // announces itself.
            if (!await units.AnyAtWorkAsync(message.RunId, ct))
            {
                await PublishNextAsync(message.RunId, unit, published: FrozenSet<Guid>.Empty, ct);
            }
        }

        if (lease.Outcome != LeaseOutcome.Taken)
        {
            trace.Skipped();
            return;
        }

        trace.Taken(lease);
        if (await AttemptAsync(message, unit, lease, work, trace, ct) is { } result)
        {
            faults?.AfterCommit();
            using var publish = UnitTrace.Step("publish");
            var published = await PublishEventsAsync(result, ct);
            await PublishNextAsync(message.RunId, unit, published, ct);
        }
    }

    /// <summary>The same with work whose result is kept under a key: found there, or made and stored.</summary>
    public Task MakeAsync(IRunMessage message, UnitKey unit, Func<UnitContext, CancellationToken, Task<ResultWork>> plan, CancellationToken ct) =>
        RunAsync(
            message,
            unit,
            async (context, token) =>
            {
                // Most of it is computing, which must not hold the thread that the message came on.
                var work = await plan(context, token);
                return await Task.Run(() => work.DoAsync(context, results, token), token);
            },
            ct);

    private async Task<Lease> TakeAsync(IRunMessage message, UnitKey unit, CancellationToken ct)
    {
        using var step = UnitTrace.Step("take");
        return await units.TakeAsync(message, unit, ct);
    }

    private async Task<UnitResult?> AttemptAsync(
        IRunMessage message, UnitKey unit, Lease lease, Func<UnitContext, CancellationToken, Task<UnitResult>> work, UnitTrace trace, CancellationToken ct)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var scope = log.BeginScope(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["run"] = message.RunId, ["stage"] = unit.Stage.ToString(), ["unit"] = unit.Unit, ["generation"] = message.Generation,
        });
        try
        {
            return await WorkAndCommitAsync(message, unit, lease, work, trace, lost, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            trace.Interrupted();
            await units.ReleaseAsync(message.RunId, unit, lease.Token, CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException)
        {
            trace.Dropped();
            log.LogWarning("{Stage} {Unit} of run {Run}: the lease was lost or the run is over, the work is dropped", unit.Stage, unit.Unit, message.RunId);

            // Nobody has to wait for a lease to run out whose worker has let go.
            await ReleaseQuietlyAsync(message.RunId, unit, lease.Token);
            return null;
        }
        catch (Exception e) when (Outage.IsSlowCommand(e))
        {
            await FailSlowlyAsync(message, unit, lease, new SlowCommandException(e), trace, ct);
            return null;
        }
        catch (Exception e) when (Outage.OfDatabase(e))
        {
            trace.Interrupted();
            await ReleaseQuietlyAsync(message.RunId, unit, lease.Token);
            throw;
        }
        catch (Exception e)
        {
            trace.Failed(e, again: !IsFinal(lease, e));
            await FailAsync(message, unit, lease, e, ct);
            return null;
        }
    }

    private async Task<UnitResult?> WorkAndCommitAsync(
        IRunMessage message, UnitKey unit, Lease lease, Func<UnitContext, CancellationToken, Task<UnitResult>> work, UnitTrace trace,
        CancellationTokenSource lost, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await WorkAsync(message, unit, lease, work, lost, ct);
        var committed = await CommitAsync(message, unit, lease.Token, result, ct);
        log.LogDebug(
            "{Stage} {Unit} of run {Run}: {State} after {Seconds:F1} s", unit.Stage, unit.Unit, message.RunId, committed ? "done" : "dropped",
            Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (!committed)
        {
            trace.Dropped();
            return null;
        }

        trace.Committed(result);
        return result;
    }

    /// <summary>Noting it shows whether the database answers anything else: if not, this throws an outage, and no attempt is counted.</summary>
    private async Task FailSlowlyAsync(IRunMessage message, UnitKey unit, Lease lease, SlowCommandException slow, UnitTrace trace, CancellationToken ct)
    {
        try
        {
            await FailAsync(message, unit, lease, slow, ct);
            trace.Failed(slow, again: !IsFinal(lease, slow));
        }
        catch (Exception outage) when (Outage.OfDatabase(outage))
        {
            trace.Interrupted();
            throw;
        }
    }

    private async Task<UnitResult> WorkAsync(
        IRunMessage message, UnitKey unit, Lease lease, Func<UnitContext, CancellationToken, Task<UnitResult>> work, CancellationTokenSource lost,
        CancellationToken ct)
    {
        using var step = UnitTrace.Step("work");
        await using var db = PipelineDatabase.NewContext(source);
        var run = await db.Runs.SingleAsync(r => r.RunId == message.RunId, ct);
        var context = new UnitContext(run, unit, lease.Recompute, db);
        var heartbeat = KeepAliveAsync(message.RunId, unit, lease.Token, context, lost);
        try
        {
            var result = await work(context, lost.Token);
            foreach (var warning in context.Warnings)
            {
                log.LogWarning("{Stage} {Unit} of run {Run}: {Warning}", unit.Stage, unit.Unit, message.RunId, warning);
            }

            return result;
        }
        finally
        {
            await lost.CancelAsync();
            await heartbeat;
        }
    }

    /// <returns>False when the lease or the generation is no longer ours; nothing is written then.</returns>
    private async Task<bool> CommitAsync(IRunMessage message, UnitKey unit, Guid token, UnitResult result, CancellationToken ct)
    {
        using var step = UnitTrace.Step("commit");
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var native = (NpgsqlTransaction)transaction.GetDbTransaction();
        if (!await IsCurrentAsync(message, connection, native, ct))
        {
            log.LogInformation(
                "{Stage} {Unit} of run {Run}: generation {Generation} is over, the result is dropped", unit.Stage, unit.Unit, message.RunId,
                message.Generation);
            await transaction.RollbackAsync(ct);
            await units.ReleaseAsync(message.RunId, unit, token, ct);
            return false;
        }

        if (result is { Result: { } made, Reused: false })
        {
            await results.AddAsync(db, made, ct);
        }

        if (!await EndAsync(db, message.RunId, unit, token, result, ct))
        {
            log.LogWarning("{Stage} {Unit} of run {Run}: another worker has taken the unit, the result is dropped", unit.Stage, unit.Unit, message.RunId);
            return false;
        }

        if (result.Save is not null)
        {
            await result.Save(db, ct);
        }

        await EventLog.AppendAsync(connection, native, [.. result.Events], ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Holds the run's row until the transaction ends, so that no replay or cancel comes in between.</summary>
    private static async Task<bool> IsCurrentAsync(IRunMessage message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var guard = new NpgsqlCommand(
            "select 1 from zigong.runs where run_id = $1 and generation = $2 and status = 'Running' for share", connection, transaction);
        guard.Parameters.AddWithValue(message.RunId);
        guard.Parameters.AddWithValue(message.Generation);
        return await guard.ExecuteScalarAsync(ct) is not null;
    }

    /// <returns>False when another worker has the lease by now.</returns>
    private async Task<bool> EndAsync(PipelineDb db, Guid run, UnitKey unit, Guid token, UnitResult result, CancellationToken ct)
    {
        var key = result.Result?.Row.Key;
        var output = result.Outcome is { } outcome ? JsonSerializer.Serialize(outcome, outcome.GetType()) : null;
        return await db.WorkUnits
            .Where(u => u.RunId == run && u.Stage == unit.Stage.ToString() && u.Unit == unit.Unit && u.LeaseToken == token)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.State, UnitState.Done)
                    .SetProperty(u => u.LeaseToken, (Guid?)null)
                    .SetProperty(u => u.LeaseExpiresAt, (DateTimeOffset?)null)
                    .SetProperty(u => u.Reused, result.Reused)
                    .SetProperty(u => u.Recompute, false)
                    .SetProperty(u => u.Error, (string?)null)
                    .SetProperty(u => u.Result, key)
                    .SetProperty(u => u.Output, output)
                    .SetProperty(u => u.FinishedAt, time.GetUtcNow()),
                ct) == 1;
    }

    private async Task FailAsync(IRunMessage message, UnitKey unit, Lease lease, Exception e, CancellationToken ct)
    {
        if (e is DamagedArtifactException damaged)
        {
            await units.RemakeAsync(message.RunId, damaged.Hash, ct);
        }
        else if (e is StaleResultException stale)
        {
            await units.RepeatAsync(message.RunId, stale.Maker, ct);
        }

        if (IsFinal(lease, e))
        {
            log.LogError(e, "{Stage} {Unit} of run {Run} failed for good", unit.Stage, unit.Unit, message.RunId);
            if (await failures.RecordAsync(message, unit, lease.Token, e, ct) is { } failed)
            {
                await announcer.PublishAsync(failed, ct);
            }

            return;
        }

        var backOff = Math.Pow(2, lease.Attempts);
        log.LogWarning(
            e, "{Stage} {Unit} of run {Run} failed (attempt {Attempt}); again in {Seconds} s", unit.Stage, unit.Unit, message.RunId, lease.Attempts + 1,
            backOff);
        await units.RetryLaterAsync(message.RunId, unit, lease.Token, e.Message, backOff, ct);
    }

    private bool IsFinal(Lease lease, Exception e) => e is InputException || lease.Attempts + 1 >= options.MaximumAttempts;

    private async Task KeepAliveAsync(Guid runId, UnitKey unit, Guid token, UnitContext context, CancellationTokenSource lost)
    {
        // Hundreds of equal database calls would only hide the work's own.
        Activity.Current = null;
        var beat = TimeSpan.FromSeconds(Math.Clamp(options.LeaseSeconds / 6, 0.2, 2));
        try
        {
            while (true)
            {
                await Task.Delay(beat, time, lost.Token);
                try
                {
                    var (done, total) = context.Progress;
                    if (!await units.HeartbeatAsync(runId, unit, token, done, total, lost.Token))
                    {
                        await lost.CancelAsync();
                        return;
                    }
                }
                catch (Exception e) when (Outage.OfDatabase(e))
                {
                    log.LogWarning("no heartbeat for {Stage} {Unit}: {Reason}", unit.Stage, unit.Unit, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    /// <returns>Ids of what was published.</returns>
    private async Task<IReadOnlySet<Guid>> PublishEventsAsync(UnitResult result, CancellationToken ct)
    {
        var published = new HashSet<Guid>();
        foreach (var message in result.Events)
        {
            await announcer.PublishAsync(message, ct);
            published.Add(EventLog.MessageId(message));
        }

        return published;
    }

    /// <param name="published">An event may be the next stage's order too: it is there already.</param>
    private async Task PublishNextAsync(Guid runId, UnitKey unit, IReadOnlySet<Guid> published, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var state = await RunState.ReadAsync(db, runId, ct);
        foreach (var message in NextMessages.EnabledBy(state, unit).Where(m => !published.Contains(EventLog.MessageId(m))))
        {
            await bus.PublishAsync(message, ct);
        }
    }

    private async Task ReleaseQuietlyAsync(Guid runId, UnitKey unit, Guid token)
    {
        try
        {
            await units.ReleaseAsync(runId, unit, token, CancellationToken.None);
        }
        catch (Exception e) when (Outage.OfDatabase(e))
        {
            log.LogWarning("could not give {Stage} {Unit} back, its lease will run out: {Reason}", unit.Stage, unit.Unit, e.Message);
        }
    }
}
