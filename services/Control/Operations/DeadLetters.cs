using MassTransit;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Operations;

/// <summary>A unit that used up its attempts and holds its run up: `retry` gives it fresh ones.</summary>
public sealed record FailedUnit(Guid RunId, string Stage, string Unit, int Attempts, string Error);

/// <summary>Messages that no consumer could deal with, and what the operator makes of them.</summary>
public sealed class DeadLetters(NpgsqlDataSource source, IBus bus, TimeProvider time)
{
    /// <param name="all">Those that were dealt with too.</param>
    /// <returns>Newest first, without their bodies.</returns>
    public Task<IReadOnlyList<DeadLetterRow>> ListAsync(bool all, int limit, CancellationToken ct) => throw new NotImplementedException($"{source}{bus}{time}");

    /// <summary>Failed units of failed runs.</summary>
    public Task<IReadOnlyList<FailedUnit>> FailedUnitsAsync(int limit, CancellationToken ct) => throw new NotImplementedException();

    /// <exception cref="InputException">There is none with this id.</exception>
    public Task<DeadLetterRow> FindAsync(long id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Sends the message again.</summary>
    /// <exception cref="InputException">It is unknown, dealt with already, cannot be read, or would change nothing.</exception>
    public Task<DeadLetterRow> RequeueAsync(long id, string actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Notes that nothing is to be done about the message, and why.</summary>
    /// <exception cref="InputException">It is unknown or dealt with already, or the reason is empty.</exception>
    public Task<DeadLetterRow> DiscardAsync(long id, string reason, string actor, CancellationToken ct) => throw new NotImplementedException();
}
