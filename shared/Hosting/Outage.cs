using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace ZiGong.Hosting;

/// <summary>Which failures are those of the machinery around us: they are waited out and never count against a unit, a run or a message.</summary>
public static partial class Outage
{
    // AMQP's reply codes for what stays refused however often it is tried: no permission, arguments that do not fit, not allowed at all.
    private const ushort AccessRefused = 403;
    private const ushort PreconditionFailed = 406;
    private const ushort NotAllowed = 530;

    public static bool IsOne(Exception e) => OfDatabase(e) || OfBroker(e);

    /// <summary>The broker is away, or could not take what was sent to it.</summary>
    public static bool OfBroker(Exception e) =>
        Any(e, x => x is ConnectionException or TransportUnavailableException or BrokerUnreachableException or ConnectFailureException or AlreadyClosedException
            || x is MessageNotAcknowledgedException or RabbitMQ.Client.Exceptions.PublishException { IsReturn: false }
            || x is OperationInterruptedException { ShutdownReason: null or { ReplyCode: not (AccessRefused or PreconditionFailed or NotAllowed) } });

    /// <summary>The broker is there and did not take this one message, as where a subscriber's queue is full.</summary>
    public static bool IsRefusedMessage(Exception e) => Any(e, x => x is MessageNotAcknowledgedException or RabbitMQ.Client.Exceptions.PublishException);

    /// <summary>The database is unreachable or restarting, or did not answer in time (but see <see cref="IsSlowCommand"/>).</summary>
    public static bool OfDatabase(Exception e) =>
        Any(
            e,
            x => x is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" } or (NpgsqlException
                and not PostgresException)
                // as it is, where time runs out between two steps of opening a connection
                || x is TimeoutException && WithinNpgsql().IsMatch(x.StackTrace ?? ""));

    /// <summary>
    /// A command ran out of time on a connection that stood. It is an outage where the database answers nothing else either; where it does, the command
    /// itself is at fault, and waiting for ever would help nobody.
    /// </summary>
    public static bool IsSlowCommand(Exception e) =>
        Any(e, x => x is NpgsqlException { InnerException: TimeoutException } && !Opening().IsMatch(x.StackTrace ?? ""));

    /// <summary>The method of the pipeline whose command failed, such as <c>ScoreQueries.RankedAsync</c>; empty where the exception does not tell.</summary>
    public static string PurposeOf(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            var ours = new StackTrace(inner).GetFrames().Select(f => f.GetMethod())
                .FirstOrDefault(m => m?.DeclaringType?.Namespace?.StartsWith("ZiGong.", StringComparison.Ordinal) == true);
            if (ours is not null)
            {
                return NameOf(ours);
            }
        }

        return "";
    }

    /// <summary>
    /// As the source has it: an async method runs as a nested class <c>&lt;Name&gt;d__1</c>, a lambda as a method <c>&lt;Name&gt;b__1</c> of one.
    /// </summary>
    private static string NameOf(MethodBase method)
    {
        var type = method.DeclaringType!;
        var inner = Generated().Match(type.Name + method.Name);
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return $"{type.Name}.{(inner.Success ? inner.Groups["name"].Value : method.Name)}";
    }

    private static bool Any(Exception e, Func<Exception, bool> holds) =>
        holds(e) || (e is AggregateException many ? many.InnerExceptions.Any(x => Any(x, holds)) : e.InnerException is { } inner && Any(inner, holds));

    // Npgsql throws the same for a connection that cannot be had in time; only the stack tells.
    [GeneratedRegex(@"NpgsqlConnection\.<?Open|NpgsqlDataSource\.<?Open", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Opening();

    [GeneratedRegex(@"\bNpgsql\.", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WithinNpgsql();

    [GeneratedRegex("<(?<name>[A-Za-z0-9_]+)>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Generated();
}

/// <summary>The database did not finish a command in time though it answers otherwise; see <see cref="Outage.IsSlowCommand"/>.</summary>
public sealed class SlowCommandException(Exception timeout) : Exception(
    $"the database answers, but did not finish the command of {(Outage.PurposeOf(timeout) is { Length: > 0 } purpose ? purpose : "this step")} in time: "
    + "look for what holds it up (pg_stat_activity, locks, missing statistics), or raise Command Timeout in the connection string",
    timeout);
