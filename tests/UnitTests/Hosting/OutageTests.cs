using System.Net;
using System.Net.Sockets;
using MassTransit;
using Npgsql;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Shouldly;
using Xunit;
using ZiGong.Hosting;

namespace ZiGong.UnitTests.Hosting;

public sealed class OutageTests
{
    private static readonly Uri Queue = new("rabbitmq://broker/queue");

    public static TheoryData<Exception> OfBroker =>
    [
        new MessageNotAcknowledgedException(Queue, "the queue has no leader"),
        new RabbitMQ.Client.Exceptions.PublishException(7, isReturn: false),
        Interrupted(320, "CONNECTION_FORCED"),
        Interrupted(541, "INTERNAL_ERROR"),
        Interrupted(404, "NOT_FOUND - home node of the queue is down"),
        new AlreadyClosedException(new ShutdownEventArgs(RabbitMQ.Client.ShutdownInitiator.Peer, 320, "CONNECTION_FORCED")),
        new BrokerUnreachableException(new SocketException((int)SocketError.ConnectionRefused)),
        new ConnectFailureException("no route", new SocketException((int)SocketError.HostUnreachable)),
        new InvalidOperationException("sending failed", new AggregateException(new TimeoutException(), new MessageNotAcknowledgedException(Queue, "closed"))),
    ];

    public static TheoryData<Exception> OfNobody =>
    [
        Interrupted(403, "ACCESS_REFUSED"),
        Interrupted(406, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type'"),
        Interrupted(530, "NOT_ALLOWED - vhost not found"),
        new MessageReturnedException(),
        new InvalidOperationException("the loss is NaN"),
        new PostgresException("duplicate key value", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation),
    ];

    [Theory]
    [MemberData(nameof(OfBroker))]
    public void A_broker_that_did_not_take_a_message_is_an_outage(Exception e)
    {
        Outage.OfBroker(e).ShouldBeTrue();
        Outage.IsOne(e).ShouldBeTrue();
        Outage.OfDatabase(e).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(OfNobody))]
    public void What_would_be_refused_again_is_no_outage(Exception e) => Outage.IsOne(e).ShouldBeFalse();

    [Fact]
    public void A_command_out_of_time_is_told_from_a_database_that_is_away()
    {
        var slow = new InvalidOperationException("likely transient", new NpgsqlException("Exception while reading from stream", new TimeoutException()));
        Outage.OfDatabase(slow).ShouldBeTrue();
        Outage.IsSlowCommand(slow).ShouldBeTrue();
        Outage.IsSlowCommand(new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused))).ShouldBeFalse();
        Outage.IsSlowCommand(new TimeoutException()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_connection_that_cannot_be_had_in_time_is_no_slow_command()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=u;Database=d;Timeout=1;SSL Mode=Disable");

        await using var command = source.CreateCommand("select 1");
        Exception[] thrown = [
            await Should.ThrowAsync<Exception>(() => command.ExecuteScalarAsync()),
            await Should.ThrowAsync<Exception>(() => source.OpenConnectionAsync().AsTask())];

        foreach (var e in thrown)
        {
            // On a busy machine the time is sometimes over between two steps, and then nothing is wrapped around it.
            (e as TimeoutException ?? e.InnerException).ShouldBeOfType<TimeoutException>(e.ToString());
            Outage.OfDatabase(e).ShouldBeTrue();
            Outage.IsSlowCommand(e).ShouldBeFalse(e.ToString());
        }
    }

    [Theory]
    [InlineData("   at Npgsql.Util.NpgsqlTimeout.Check()\n   at Npgsql.Internal.NpgsqlConnector.Open(NpgsqlTimeout timeout)", true)]
    [InlineData("   at System.Threading.Tasks.Task.GetExceptions()\n   at ZiGong.Storage.ArtifactStore.PutAsync()", false)]
    public void A_bare_time_out_is_an_outage_where_it_comes_from_the_database_driver(string trace, bool isOne)
    {
        Outage.OfDatabase(new TimeOutAt(trace)).ShouldBe(isOne);
        Outage.IsSlowCommand(new TimeOutAt(trace)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_method_whose_command_failed_is_named()
    {
        Outage.PurposeOf(await Should.ThrowAsync<InvalidOperationException>(ReadBalancesAsync)).ShouldBe("OutageTests.ReadBalancesAsync");
        var wrapped = new InvalidOperationException("not thrown here", await Should.ThrowAsync<InvalidOperationException>(ReadBalancesAsync));
        new SlowCommandException(wrapped).Message.ShouldContain("the command of OutageTests.ReadBalancesAsync in time");
        Outage.PurposeOf(await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException(wrapped.Message);
        })).ShouldBe("OutageTests.The_method_whose_command_failed_is_named");
        Outage.PurposeOf(new TimeoutException()).ShouldBeEmpty();
    }

    private sealed class TimeOutAt(string trace) : TimeoutException
    {
        public override string StackTrace => trace;
    }

    private static async Task ReadBalancesAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("too slow");
    }

    private static OperationInterruptedException Interrupted(ushort code, string text) =>
        new(new ShutdownEventArgs(RabbitMQ.Client.ShutdownInitiator.Peer, code, text));
}
