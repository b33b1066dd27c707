using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Testing;

namespace ZiGong.SystemTests;

/// <summary>The real broker, before anything is built upon it.</summary>
public sealed class BrokerTests(RabbitMqServer broker) : IClassFixture<RabbitMqServer>
{
    [Fact]
    public async Task A_message_goes_through_a_quorum_queue_and_comes_out_as_it_went_in()
    {
        var received = new TaskCompletionSource<RunRequested>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Host(broker.Uri, received);
        await host.StartAsync();
        var sent = new RunRequested(Guid.CreateVersion7(), 3);

        await host.Services.GetRequiredService<IBus>().Publish(sent);

        (await received.Task.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBe(sent);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_message_that_nobody_has_read_survives_a_killed_broker()
    {
        var received = new TaskCompletionSource<RunRequested>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = new RunRequested(Guid.CreateVersion7(), 1);
        using (var declaring = Host(broker.Uri, new TaskCompletionSource<RunRequested>()))
        {
            // Declares queue and bindings, then goes away.
            await declaring.StartAsync();
            await declaring.StopAsync();
        }

        using (var sender = Host(broker.Uri, consumer: null))
        {
            await sender.StartAsync();
            await sender.Services.GetRequiredService<IBus>().Publish(sent);
            await sender.StopAsync();
        }

        broker.Kill();
        broker.Restart();
        using var reader = Host(broker.Uri, received);
        await reader.StartAsync();
        (await received.Task.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBe(sent);
        await reader.StopAsync();
    }

    private static IHost Host(Uri uri, TaskCompletionSource<RunRequested>? consumer)
    {
        // MassTransit keeps the log of the first host of an asynchronous flow, which may be disposed by now.
        LogContext.Current = null;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<MassTransitHostOptions>(o => o.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((_, rabbit) =>
        {
            rabbit.Host(uri);
            if (consumer is not null)
            {
                rabbit.ReceiveEndpoint("smoke", endpoint =>
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
