using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.Pipeline;

/// <summary>Sending what belongs to a run: always under the id that all copies of a message share.</summary>
public static class RunMessages
{
    /// <summary>Returns when the broker has taken the message.</summary>
    public static Task PublishAsync(this IBus bus, IRunMessage message, CancellationToken ct) =>
        bus.Publish(message, message.GetType(), context => context.MessageId = EventLog.MessageId(message), ct);

    /// <summary>How long whoever asks for something waits for a broker that is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Sends what follows from a change that is committed. Whoever made it must not be told that it failed, or he makes it again: what cannot
    /// be sent within <see cref="Patience"/>, for whatever reason, the sweeper sends when the broker is back.
    /// </summary>
    /// <returns>Whether all was sent.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> is cancelled.</exception>
    public static async Task<bool> TrySendAsync(Func<CancellationToken, Task> send, CancellationToken ct, TimeSpan? patience = null)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(patience ?? Patience);
        try
        {
            await send(limited.Token).WaitAsync(limited.Token);
            return true;
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
