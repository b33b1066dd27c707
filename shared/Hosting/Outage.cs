using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace ZiGong.Hosting;

/// <summary>Which failures are those of the machinery around us: they are waited out and never count against a unit, a run or a message.</summary>
public static class Outage
{
    public static bool IsOne(Exception e) => OfDatabase(e) || OfBroker(e);

    /// <summary>The broker is away, so that nothing could be sent.</summary>
    public static bool OfBroker(Exception e) =>
        e is ConnectionException or TransportUnavailableException or BrokerUnreachableException or AlreadyClosedException || (e.InnerException is { } inner && OfBroker(inner));

    /// <summary>The database is unreachable or restarting.</summary>
    public static bool OfDatabase(Exception e) =>
        e is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" }
        || (e is NpgsqlException && e is not PostgresException)
        || (e.InnerException is { } inner && OfDatabase(inner));
}
