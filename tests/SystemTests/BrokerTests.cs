using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Testing;

namespace ZiGong.SystemTests;

/// <summary>The real broker, before anything is built upon it.</summary>
public sealed class BrokerTests(RabbitMqServer broker) : IClassFixture<RabbitMqServer>
{
    /// <summary>Far more than any step here takes: a broker that does not answer fails the test and does not hang the run.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_message_goes_through_a_quorum_queue_and_comes_out_as_it_went_in()
    {
        var received = new TaskCompletionSource<RunRequested>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync("plain", received);
        var sent = new RunRequested(Guid.CreateVersion7(), 3);

        await host.Services.GetRequiredService<IBus>().Publish(sent);

        (await received.Task.WaitAsync(Deadline)).ShouldBe(sent);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_message_that_nobody_has_read_survives_a_killed_broker()
    {
        var received = new TaskCompletionSource<RunRequested>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = new RunRequested(Guid.CreateVersion7(), 1);
        await DeclareAsync("settled");
        // Ra writes its directory of queues within a second; the next test has a queue that is younger.
        await Task.Delay(TimeSpan.FromSeconds(3));
        using (var sender = await StartAsync(queue: null, consumer: null))
        {
            await sender.Services.GetRequiredService<IBus>().Publish(sent);
            await sender.StopAsync();
        }

        broker.Kill();
        broker.Restart();

        using var reader = await StartAsync("settled", received);
        (await received.Task.WaitAsync(Deadline)).ShouldBe(sent);
        await reader.StopAsync();
    }

    [Fact]
    public async Task A_queue_declared_just_before_the_broker_was_killed_works_again_afterwards()
    {
        for (var round = 0; round < 3; round++)
        {
            var received = new TaskCompletionSource<RunRequested>(TaskCreationOptions.RunContinuationsAsynchronously);
            await DeclareAsync($"young-{round}");

            broker.Kill();
            broker.Restart();

            using var host = await StartAsync($"young-{round}", received);
            var sent = new RunRequested(Guid.CreateVersion7(), round);
            await host.Services.GetRequiredService<IBus>().Publish(sent);
            (await received.Task.WaitAsync(Deadline)).ShouldBe(sent);
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task A_subscriber_reads_announcements_and_can_do_nothing_else()
    {
        await using var connection = await new ConnectionFactory { Uri = broker.SubscriberUri }.CreateConnectionAsync();

        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync("subscriber.downstream", durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync("subscriber.downstream", "zigong.announcements", "");
        }

        await RefusedAsync(connection, c => c.QueueDeclareAsync("score-shard", durable: true, exclusive: false, autoDelete: false));
        await RefusedAsync(connection, c => c.QueueBindAsync("subscriber.downstream", "ZiGong.Contracts:ModelReady", ""));
        await RefusedAsync(connection, async c =>
        {
            await c.BasicPublishAsync("zigong.announcements", "", new byte[] { 1 });
            // A refused publish closes the channel a moment later: what comes after it fails.
            await c.QueueDeclarePassiveAsync("subscriber.downstream");
        });
        await RefusedAsync(connection, c => c.ExchangeDeclareAsync("mine", "fanout"));
    }

    private static async Task RefusedAsync(IConnection connection, Func<IChannel, Task> act)
    {
        await using var channel = await connection.CreateChannelAsync();
        (await Should.ThrowAsync<OperationInterruptedException>(() => act(channel))).ShutdownReason!.ReplyCode.ShouldBe((ushort)403);
    }

    private async Task DeclareAsync(string queue)
    {
        using var declaring = await StartAsync(queue, new TaskCompletionSource<RunRequested>());
        await declaring.StopAsync();
    }

    private async Task<IHost> StartAsync(string? queue, TaskCompletionSource<RunRequested>? consumer)
    {
        var host = Host(broker.Uri, queue, consumer);
        await host.StartAsync().WaitAsync(Deadline);
        return host;
    }

    private static IHost Host(Uri uri, string? queue, TaskCompletionSource<RunRequested>? consumer)
    {
        // MassTransit keeps the log of the first host of an asynchronous flow, which may be disposed by now.
        LogContext.Current = null;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<MassTransitHostOptions>(o => o.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((_, rabbit) =>
        {
            rabbit.Host(uri);
            if (queue is not null && consumer is not null)
            {
                rabbit.ReceiveEndpoint(queue, endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.Handler<RunRequested>(context =>
                    {
                        consumer.TrySetResult(context.Message);
                        return Task.CompletedTask;
                    });
                });
            }
        }));
        return builder.Build();
    }
}
