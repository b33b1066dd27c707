using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>Asks for experiments; Control's sweep makes them, <see cref="ExperimentCancelling"/> ends them.</summary>
public sealed class ExperimentRequests(NpgsqlDataSource source, IBus bus, PipelineOptions pipeline, TimeProvider time)
{
    private const int MostSeeds = 100;
    private const int MostParallel = 1024;

    /// <summary>Records what is asked for; the folds' snapshots are sealed next.</summary>
    /// <param name="parallel">Runs at a time; null: as many as this process has workers.</param>
    /// <returns>Id of the order, which says what becomes of it.</returns>
    /// <exception cref="InputException">There is no such experiment, or an option or the data set does not allow it.</exception>
    public Task<Guid> OrderAsync(ExperimentOrder order, int? parallel, CancellationToken ct) => OrderAsync(order, parallel, actor: null, key: null, ct);

    /// <summary>The same for somebody whose name goes into the audit, in the transaction that records the order.</summary>
    /// <param name="key">The same key from the same actor is the same order, however often it is asked for.</param>
    /// <exception cref="KeyReusedException">The key stood for something else before.</exception>
    public async Task<Guid> OrderAsync(ExperimentOrder order, int? parallel, string? actor, RequestKey? key, CancellationToken ct)
    {
        if (key is not null && await KnownAsync(actor, key, ct) is { } known)
        {
            return known;
        }

        var (frozen, options) = Checked(order);
        var row = new ExperimentOrderRow
        {
            OrderId = Guid.CreateVersion7(time.GetUtcNow()),
            Name = order.Name,
            Dataset = DescriptorFile.Parse(order.Descriptor, "the descriptor").Name,
            Request = JsonSerializer.Serialize(frozen),
            Parallel = InRange(parallel ?? pipeline.Workers, MostParallel, "the number of runs at a time"),
            Snapshots = [.. ExperimentPlanner.Snapshots(options).Select(_ => "")],
            Actor = actor ?? "",
            IdempotencyKey = key?.Value,
            BodyHash = key?.BodyHash,
        };
        await using var db = PipelineDatabase.NewContext(source);
        db.ExperimentOrders.Add(row);
        if (actor is not null)
        {
            var details = JsonSerializer.Serialize(
                new { row.Name, row.Dataset, frozen.Set, frozen.Seeds, frozen.Folds, frozen.Full, frozen.Arms, row.Parallel });
            db.Audit.Add(new AuditRow { Actor = actor, Action = "experiment", Target = $"{row.OrderId}", Details = details, OccurredAt = time.GetUtcNow() });
        }

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (key is not null && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // The same request at the same time was first.
            return await KnownAsync(actor, key, ct) ?? throw new InvalidOperationException($"the experiment of request {key.Value} is gone", e);
        }

        await RunMessages.TrySendAsync(token => bus.Publish(new ExperimentOrdered(row.OrderId), token), ct);
        return row.OrderId;
    }

    /// <summary>The order with the whole paths of bases, since another process works on it from another folder, and its options.</summary>
    private static (ExperimentOrder Order, RunOptions Options) Checked(ExperimentOrder order)
    {
        InRange(order.Seeds, MostSeeds, "the number of seeds");
        var options = ExperimentPlanner.OptionsOf(order);
        RunOptionsReader.Check(options);
        var frozen = RunRequests.Frozen(options, DescriptorFile.Parse(order.Descriptor, "the descriptor"));
        var places = RunOptionsReader.Folders.Where(f => RunOptionsReader.TextOf(frozen, f) != RunOptionsReader.TextOf(options, f));
        return (order with { Set = [.. order.Set, .. places.Select(f => RunOptionsReader.Assignment(frozen, f))] }, options);
    }

    /// <exception cref="InputException">It is not between 1 and <paramref name="most"/>.</exception>
    private static int InRange(int number, int most, string what) =>
        number >= 1 && number <= most ? number : throw new InputException($"{what} is {number}, but must lie between 1 and {most}");

    private async Task<Guid?> KnownAsync(string? actor, RequestKey key, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var row = await db.ExperimentOrders.SingleOrDefaultAsync(o => o.Actor == (actor ?? "") && o.IdempotencyKey == key.Value, ct);
        return row is null || row.BodyHash == key.BodyHash ? row?.OrderId : throw new KeyReusedException(key.Value, $"the experiment's order {row.OrderId}");
    }
}
