using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>Ends experiments, and orders for them. Whatever is cut off here is finished by asking again.</summary>
public sealed class ExperimentCancelling(NpgsqlDataSource source, RunOperations runs, TimeProvider time)
{
    /// <summary>Ends an experiment, and those of its runs that are under way and no other experiment's; one that is cancelled already loses the rest.</summary>
    /// <exception cref="InputException">It is done or failed.</exception>
    public Task CancelAsync(string experiment, string reason, string actor, CancellationToken ct) =>
        WithoutSweepsAsync(db => EndAsync(db, experiment, reason, actor, ct), ct);

    /// <summary>Ends an order before it is planned; afterwards, the experiment that it became.</summary>
    /// <returns>That experiment; null where there is none.</returns>
    /// <exception cref="InputException">There is no such order, it failed, or its experiment is done or failed.</exception>
    public async Task<string?> CancelOrderAsync(Guid order, string reason, string actor, CancellationToken ct)
    {
        string? experiment = null;
        await WithoutSweepsAsync(
            async db =>
            {
                await EndOpenAsync(db, order, reason, actor, ct);
                var row = await db.ExperimentOrders.SingleOrDefaultAsync(o => o.OrderId == order, ct)
                    ?? throw new InputException($"no experiment was ordered as {order}");
                if (row.State == ExperimentOrderState.Failed)
                {
                    throw new InputException($"the order {order} failed, so there is nothing to cancel");
                }

                experiment = row.ExperimentId;
                if (experiment is not null)
                {
                    await EndAsync(db, experiment, reason, actor, ct);
                }
            },
            ct);
        return experiment;
    }

    /// <summary>
    /// A sweep that has looked already must not plan the order or begin another arm afterwards, and none of another experiment may take up a run that
    /// is about to be cancelled: the lock is held, by a transaction of its own, until all is done.
    /// </summary>
    private async Task WithoutSweepsAsync(Func<PipelineDb, Task> work, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var take = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction)
        {
            Parameters = { new() { Value = AdvisoryLocks.ExperimentSweeper } },
        };
        await take.ExecuteNonQueryAsync(ct);
        await using var db = PipelineDatabase.NewContext(source);
        await work(db);
    }

    private async Task EndOpenAsync(PipelineDb db, Guid order, string reason, string actor, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ended = await db.ExperimentOrders.Where(o => o.OrderId == order && o.State == ExperimentOrderState.Open)
            .ExecuteUpdateAsync(set => set.SetProperty(o => o.State, ExperimentOrderState.Cancelled), ct);
        if (ended > 0)
        {
            await Audit.NoteAsync(db, actor, "cancel-experiment-order", $"{order}", new { Reason = reason }, time, ct);
        }

        await transaction.CommitAsync(ct);
    }

    private async Task EndAsync(PipelineDb db, string experiment, string reason, string actor, CancellationToken ct)
    {
        await using (var transaction = await db.Database.BeginTransactionAsync(ct))
        {
            var ended = await db.Experiments.Where(e => e.Id == experiment && e.State == ExperimentState.Running).ExecuteUpdateAsync(
                set => set.SetProperty(e => e.State, ExperimentState.Cancelled).SetProperty(e => e.FinishedAt, e => PipelineDb.Now()), ct);
            if (ended > 0)
            {
                await Audit.NoteAsync(db, actor, "cancel-experiment", experiment, new { Reason = reason }, time, ct);
            }
            else if (!await db.Experiments.AnyAsync(e => e.Id == experiment && e.State == ExperimentState.Cancelled, ct))
            {
                throw new InputException($"experiment {ExperimentStore.Short(experiment)} is not running, so there is nothing to cancel");
            }

            await transaction.CommitAsync(ct);
        }

        foreach (var run in await UnderWayAsync(db, experiment, ct))
        {
            try
            {
                await runs.CancelAsync(run, reason, actor, ct);
            }
            catch (InputException)
            {
                // It has ended in the meantime.
            }
        }
    }

    /// <summary>Its runs under way that no other experiment waits for.</summary>
    private static Task<List<Guid>> UnderWayAsync(PipelineDb db, string experiment, CancellationToken ct)
    {
        var others = db.ExperimentArms.Join(db.Experiments.Where(e => e.State == ExperimentState.Running), a => a.ExperimentId, e => e.Id, (a, _) => a.RunId);
        return db.ExperimentArms.Where(a => a.ExperimentId == experiment && !others.Contains(a.RunId))
            .Join(db.Runs.Where(r => r.Status == RunStatus.Running), a => a.RunId, r => r.RunId, (a, _) => a.RunId).Distinct().ToListAsync(ct);
    }
}
