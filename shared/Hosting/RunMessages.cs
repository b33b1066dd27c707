using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.Hosting;

/// <summary>Sending what belongs to a run: always under the id that all copies of a message share.</summary>
public static class RunMessages
{
    /// <summary>Returns when the broker has taken the message.</summary>
    public static Task PublishAsync(this IBus bus, IRunMessage message, CancellationToken ct) =>
        bus.Publish(message, message.GetType(), context => context.MessageId = EventLog.MessageId(message), ct);
}
