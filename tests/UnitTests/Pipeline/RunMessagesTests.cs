using Shouldly;
using Xunit;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.UnitTests.Pipeline;

public sealed class RunMessagesTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task What_is_sent_is_sent() => (await RunMessages.TrySendAsync(_ => Task.CompletedTask, default)).ShouldBeTrue();

    [Fact]
    public async Task A_broker_that_never_answers_is_waited_for_a_while_even_if_it_looks_at_no_token()
    {
        var never = new TaskCompletionSource();

        (await RunMessages.TrySendAsync(_ => never.Task, default, Short)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_sending_that_fails_does_not_undo_the_change_it_follows_from() =>
        (await RunMessages.TrySendAsync(_ => throw new IOException("the broker is away"), default)).ShouldBeFalse();

    [Fact]
    public async Task Whoever_gives_up_is_told_so()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(
            () => RunMessages.TrySendAsync(async token => await Task.Delay(Timeout.Infinite, token), stop.Token));
    }
}
