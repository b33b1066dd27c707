using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>A unit that used up its attempts and holds its run up: `retry` gives it fresh ones.</summary>
public sealed record FailedUnit(Guid RunId, string Stage, string Unit, int Attempts, string Error);

/// <summary>Messages that no consumer could deal with, and what the operator makes of them.</summary>
public sealed class DeadLetters(NpgsqlDataSource source, IBus bus, TimeProvider time)
{
    /// <param name="all">Those that were dealt with too.</param>
    /// <returns>Newest first, without their bodies.</returns>
    public async Task<IReadOnlyList<DeadLetterRow>> ListAsync(bool all, int limit, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.DeadLetters.Where(d => all || d.State == DeadLetterState.Open)
            .OrderByDescending(d => d.Id)
            .Take(limit)
            .Select(d => new DeadLetterRow
            {
                Id = d.Id, Queue = d.Queue, MessageType = d.MessageType, MessageId = d.MessageId, RunId = d.RunId, Exception = d.Exception,
                ReceivedAt = d.ReceivedAt, State = d.State, Reason = d.Reason, HandledBy = d.HandledBy, HandledAt = d.HandledAt,
            })
            .ToListAsync(ct);
    }

    /// <summary>Failed units of failed runs, those of the newest run first.</summary>
    public async Task<IReadOnlyList<FailedUnit>> FailedUnitsAsync(int limit, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.WorkUnits.Where(u => u.State == UnitState.Failed)
            .Join(db.Runs.Where(r => r.Status == RunStatus.Failed), u => u.RunId, r => r.RunId, (u, r) => new { u, r.RequestedAt })
            .OrderByDescending(f => f.RequestedAt).ThenBy(f => f.u.Stage).ThenBy(f => f.u.Unit)
            .Take(limit)
            .Select(f => new FailedUnit(f.u.RunId, f.u.Stage, f.u.Unit, f.u.Attempts, f.u.Error ?? ""))
            .ToListAsync(ct);
    }

    /// <exception cref="InputException">There is none with this id.</exception>
    public async Task<DeadLetterRow> FindAsync(long id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.DeadLetters.SingleOrDefaultAsync(d => d.Id == id, ct)
            ?? throw new InputException($"there is no dead letter {id}; `zigong errors list` shows them");
    }

    /// <summary>Sends the message again, as it was. One whose order is over by now is refused, since it would be dropped.</summary>
    /// <exception cref="InputException">It is unknown, dealt with already, cannot be read, or would change nothing.</exception>
    public async Task<DeadLetterRow> RequeueAsync(long id, string actor, CancellationToken ct)
    {
        var envelope = MessageEnvelope.Read((await FindAsync(id, ct)).Body);
        if (envelope.Message is not { } message)
        {
            throw new InputException($"dead letter {id} cannot be read ({envelope.Fault}): discard it; the sweeper orders anew what a run still needs");
        }

        await using var db = PipelineDatabase.NewContext(source);
        var run = await db.Runs.SingleOrDefaultAsync(r => r.RunId == message.RunId, ct);
        if (run is not { Status: RunStatus.Running } || run.Generation != message.Generation)
        {
            var now = run is null
                ? "there is no such run"
                : $"the run is {run.Status} in generation {run.Generation}, the message of generation {message.Generation}";
            throw new InputException($"dead letter {id} would change nothing ({now}): discard it");
        }

        // Noted first: should the sending fail, the sweeper orders the work anyway.
        var row = await HandleAsync(id, DeadLetterState.Requeued, null, actor, ct);
        using var span = RunTrace.Start("requeue", message.RunId);
        await RunMessages.TrySendAsync(token => bus.PublishAsync(message, token), ct);
        return row;
    }

    /// <summary>Notes that nothing is to be done about the message, and why.</summary>
    /// <exception cref="InputException">It is unknown or dealt with already, or the reason is empty.</exception>
    public Task<DeadLetterRow> DiscardAsync(long id, string reason, string actor, CancellationToken ct) => string.IsNullOrWhiteSpace(reason)
        ? throw new InputException("say why the message is discarded: --reason")
        : HandleAsync(id, DeadLetterState.Discarded, reason, actor, ct);

    private async Task<DeadLetterRow> HandleAsync(long id, DeadLetterState state, string? reason, string actor, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var changed = await db.DeadLetters.Where(d => d.Id == id && d.State == DeadLetterState.Open).ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.State, state)
                .SetProperty(d => d.Reason, reason)
                .SetProperty(d => d.HandledBy, actor)
                .SetProperty(d => d.HandledAt, d => PipelineDb.Now()),
            ct);
        var row = await FindAsync(id, ct);
        if (changed == 0)
        {
            throw new InputException($"dead letter {id} was {(row.State == DeadLetterState.Requeued ? "requeued" : "discarded")} already, by {row.HandledBy}");
        }

        var action = state == DeadLetterState.Requeued ? "requeue" : "discard";
        await Audit.NoteAsync(db, actor, action, $"dead letter {id}", new { row.Queue, row.MessageType, row.RunId, Reason = reason }, time, ct);
        await transaction.CommitAsync(ct);
        return await FindAsync(id, ct);
    }
}
