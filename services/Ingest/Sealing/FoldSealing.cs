using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Sealing;

/// <summary>
/// Seals what an experiment's order needs and notes the snapshot in it. An order that comes again finds it noted; one that was cut off simply seals
/// again, which gives the same snapshot while the data are the same.
/// </summary>
public sealed class FoldSealing(NpgsqlDataSource source, SnapshotSealing sealing, IBus bus, PipelineOptions options, ILogger<FoldSealing> log)
{
    public async Task RunAsync(SealFold fold, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var order = await Open(db, fold.OrderId).SingleOrDefaultAsync(ct);
        if (order is null || fold.Fold < 0 || fold.Fold >= order.Snapshots.Length || order.Snapshots[fold.Fold].Length > 0)
        {
            return;
        }

        if (await TrySealAsync(db, order, fold.Fold, ct))
        {
            await RunMessages.TrySendAsync(token => bus.Publish(new FoldSealed(fold.OrderId, fold.Fold), token), ct);
        }
    }

    private async Task<bool> TrySealAsync(PipelineDb db, ExperimentOrderRow row, int fold, CancellationToken ct)
    {
        try
        {
            var order = ExperimentStore.OrderOf(row);
            var snapshot = await sealing.SealAsync(order.Descriptor, ExperimentPlanner.Snapshots(ExperimentPlanner.OptionsOf(order))[fold], ct);

            // Arrays count from 1 in the database. Other folds may be noted at the same time.
            await db.Database.ExecuteSqlAsync(
                $"update zigong.experiment_orders set snapshots[{fold + 1}] = {snapshot.SnapshotId} where order_id = {row.OrderId} and state = 'Open'", ct);
            return true;
        }
        catch (InputException e)
        {
            await FailAsync(db, row, new ExperimentFailure(e.Message, Input: true), ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && (Outage.IsSlowCommand(e) || !Outage.OfDatabase(e)))
        {
            // Where the database answers nothing else either, counting throws: an outage, and no attempt.
            await CountAttemptAsync(db, row, fold, Outage.IsSlowCommand(e) ? new SlowCommandException(e) : e, ct);
        }

        return false;
    }

    private async Task CountAttemptAsync(PipelineDb db, ExperimentOrderRow order, int fold, Exception e, CancellationToken ct)
    {
        await Open(db, order.OrderId).ExecuteUpdateAsync(set => set.SetProperty(o => o.Attempts, o => o.Attempts + 1), ct);
        log.LogError(e, "sealing fold {Fold} of the experiment's order {Order} failed (attempt {Attempt})", fold, order.OrderId, order.Attempts + 1);
        if (order.Attempts + 1 >= options.MaximumAttempts)
        {
            var reason = e is SlowCommandException ? e.Message : $"the data could not be sealed: {e.GetType().Name}; the log of Ingest says more";
            await FailAsync(db, order, new ExperimentFailure(reason, Input: false), ct);
        }
    }

    private static Task FailAsync(PipelineDb db, ExperimentOrderRow order, ExperimentFailure failure, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(failure);
        return Open(db, order.OrderId).ExecuteUpdateAsync(
            set => set.SetProperty(o => o.State, ExperimentOrderState.Failed).SetProperty(o => o.Failure, json), ct);
    }

    private static IQueryable<ExperimentOrderRow> Open(PipelineDb db, Guid order) =>
        db.ExperimentOrders.Where(o => o.OrderId == order && o.State == ExperimentOrderState.Open);
}
