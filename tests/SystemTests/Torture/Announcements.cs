using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using ZiGong.Testing;

namespace ZiGong.SystemTests.Torture;

/// <summary>A team downstream: its own queue, bound to the announcements with a subscriber's rights. Comes back after every outage.</summary>
internal sealed class Announcements : IAsyncDisposable
{
    private readonly IConnection _connection;

    private Announcements(IConnection connection) => _connection = connection;

    /// <summary>Runs whose model was announced, with the id of every announcement that came.</summary>
    public ConcurrentDictionary<Guid, ConcurrentQueue<string>> Announced { get; } = new();

    public static async Task<Announcements> SubscribeAsync(RabbitMqServer broker)
    {
        var factory = new ConnectionFactory
        {
            Uri = broker.SubscriberUri, AutomaticRecoveryEnabled = true, TopologyRecoveryEnabled = true, NetworkRecoveryInterval = TimeSpan.FromSeconds(1),
        };
        var subscriber = new Announcements(await factory.CreateConnectionAsync());
        var channel = await subscriber._connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("subscriber.test", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("subscriber.test", "zigong.announcements", "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            var run = envelope.RootElement.GetProperty("message").GetProperty("runId").GetGuid();
            subscriber.Announced.GetOrAdd(run, _ => new()).Enqueue(delivery.BasicProperties.MessageId ?? "");
            await ((AsyncEventingBasicConsumer)_).Channel.BasicAckAsync(delivery.DeliveryTag, false);
        };
        await channel.BasicConsumeAsync("subscriber.test", autoAck: false, consumer);
        return subscriber;
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();
}
