using MassTransit;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.Control.Operations;

/// <summary>What an operator does to a run. Every operation is in the audit, written in the transaction of the change.</summary>
public sealed class RunOperations(NpgsqlDataSource source, ArtifactStore artifacts, IBus bus, TimeProvider time)
{
    /// <summary>What a replay would do; nothing is written.</summary>
    /// <exception cref="InputException">The replay is not possible; the message says why and what is.</exception>
    public Task<ReplayPlan> PlanReplayAsync(ReplayRequest request, CancellationToken ct) => throw new NotImplementedException($"{source}{artifacts}{bus}{time}");

    /// <summary>Does it: under a new generation of the run, or in a child run where options change.</summary>
    /// <exception cref="InputException">The replay is not possible; the message says why and what is.</exception>
    public Task<ReplayPlan> ReplayAsync(ReplayRequest request, string actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Gives the failed units of a run fresh attempts; finished ones stay.</summary>
    /// <exception cref="InputException">There is no such run, or it is completed or cancelled.</exception>
    public Task RetryAsync(Guid run, string actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Ends a run that is not completed: what its workers have in hand is dropped.</summary>
    /// <exception cref="InputException">There is no such run, or it is completed or cancelled already.</exception>
    public Task CancelAsync(Guid run, string reason, string actor, CancellationToken ct) => throw new NotImplementedException();
}
