using System.Collections.Concurrent;
using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.FlowTests.Harness;

/// <summary>What a bus publishes, from now on.</summary>
internal sealed class Published : IPublishObserver
{
    private readonly ConcurrentQueue<(IRunMessage Message, Guid? Id)> _seen = new();
    private readonly ConcurrentQueue<object> _others = new();

    public IReadOnlyList<(IRunMessage Message, Guid? Id)> Seen => [.. _seen];

    /// <summary>Ends of runs whose model was judged.</summary>
    public IReadOnlyList<(IRunMessage Message, Guid? Id)> Verdicts => [.. _seen.Where(m => m.Message is ModelReady or ModelRejected)];

    /// <summary>What belongs to no run.</summary>
    public IReadOnlyList<object> Others => [.. _others];

    public static Published By(IBus bus)
    {
        var published = new Published();
        bus.ConnectPublishObserver(published);
        return published;
    }

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class
    {
        if (context.Message is IRunMessage message)
        {
            _seen.Enqueue((message, context.MessageId));
        }
        else
        {
            _others.Enqueue(context.Message);
        }

        return Task.CompletedTask;
    }

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
