using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Experiments;

/// <summary>Experiments that were asked for: has their folds sealed, and plans those whose folds are.</summary>
public sealed class OrderPlanning(NpgsqlDataSource source, IBus bus, PipelineOptions options, TimeProvider time, ILogger<OrderPlanning> log)
{
    private readonly SweepSchedule _schedule = new(TimeSpan.FromSeconds(options.SweepSeconds), time);
    private readonly FirstTimes<Guid> _unreadable = new();

    public async Task SweepAsync(CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var open = await db.ExperimentOrders.Where(o => o.State == ExperimentOrderState.Open).OrderBy(o => o.OrderedAt).ToListAsync(ct);
        _schedule.ForgetAllBut([.. open.Select(o => o.OrderId)]);
        foreach (var order in open)
        {
            try
            {
                await MoveAsync(db, order, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && !Outage.IsOne(e))
            {
                // One order that cannot be read must not keep the others waiting.
                if (_unreadable.IsFirst(order.OrderId))
                {
                    log.LogError(e, "the experiment's order {Order} cannot be read", order.OrderId);
                }
            }
        }
    }

    private async Task MoveAsync(PipelineDb db, ExperimentOrderRow order, CancellationToken ct)
    {
        var missing = Enumerable.Range(0, order.Snapshots.Length).Where(fold => order.Snapshots[fold].Length == 0).ToList();
        if (missing.Count == 0)
        {
            await PlanAsync(db, order, ct);
            return;
        }

        // The orders for folds that are still to come stand in Ingest's queue, unless they are lost.
        if (_schedule.IsDue(order.OrderId, new RunStanding(0, order.Snapshots.Length - missing.Count, order.Attempts, 0)))
        {
            foreach (var fold in missing)
            {
                await bus.Publish(new SealFold(order.OrderId, fold), ct);
            }
        }
    }

    private async Task PlanAsync(PipelineDb db, ExperimentOrderRow order, CancellationToken ct)
    {
        var ids = order.Snapshots.ToList();
        var stored = await db.Snapshots.Where(s => ids.Contains(s.SnapshotId)).ToDictionaryAsync(s => s.SnapshotId, StringComparer.Ordinal, ct);
        ExperimentPlan plan;
        try
        {
            plan = ExperimentPlanner.Plan(ExperimentStore.OrderOf(order), [.. order.Snapshots.Select(s => stored[s])]);
        }
        catch (InputException e)
        {
            var failure = JsonSerializer.Serialize(new ExperimentFailure(e.Message, Input: true));
            await Open(db, order).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.State, ExperimentOrderState.Failed).SetProperty(o => o.Failure, failure), ct);
            return;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var id = await ExperimentStore.StartAsync(db, plan, order.Parallel, ct);
        await Open(db, order).ExecuteUpdateAsync(set => set.SetProperty(o => o.State, ExperimentOrderState.Planned).SetProperty(o => o.ExperimentId, id), ct);
        await transaction.CommitAsync(ct);
        log.LogInformation("experiment {Experiment}: {Name} on {Dataset}", ExperimentStore.Short(id), plan.Name, plan.Dataset);
    }

    private static IQueryable<ExperimentOrderRow> Open(PipelineDb db, ExperimentOrderRow order) =>
        db.ExperimentOrders.Where(o => o.OrderId == order.OrderId && o.State == ExperimentOrderState.Open);
}
