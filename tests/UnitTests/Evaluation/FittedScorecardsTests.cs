using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation;

namespace ZiGong.UnitTests.Evaluation;

public sealed class FittedScorecardsTests
{
    private static readonly ScorecardKey Key = new("snapshot", "task", "encoding", 1);

    [Fact]
    public async Task Evaluations_of_one_key_at_one_time_fit_once()
    {
        using var fitted = new FittedScorecards();
        var fits = 0;
        Scorecard Slow()
        {
            Interlocked.Increment(ref fits);
            Thread.SpinWait(5_000_000); // so long that the others ask meanwhile
            return Card(0.5);
        }

        var cards = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => fitted.Of(Key, Slow))));

        fits.ShouldBe(1);
        cards.ShouldAllBe(card => ReferenceEquals(card, cards[0]));
    }

    [Fact]
    public void Another_snapshot_task_encoding_or_seed_has_a_scorecard_of_its_own()
    {
        using var fitted = new FittedScorecards();
        ScorecardKey[] keys = [Key, Key with { Snapshot = "other" }, Key with { Task = "other" }, Key with { Encoding = "other" }, Key with { Seed = 2 }];

        for (var i = 0; i < keys.Length; i++)
        {
            fitted.Of(keys[i], () => Card(i)).Intercept.ShouldBe(i);
        }

        fitted.Of(Key with { }, () => Card(9)).Intercept.ShouldBe(0);
    }

    [Fact]
    public void A_fit_that_failed_is_not_kept()
    {
        using var fitted = new FittedScorecards();

        Should.Throw<InputException>(() => fitted.Of(Key, () => throw new InputException("no class")));

        fitted.Of(Key, () => Card(2)).Intercept.ShouldBe(2);
    }

    [Fact]
    public async Task Who_waits_for_the_fit_of_another_can_be_ended_and_that_of_another_goes_on()
    {
        using var fitted = new FittedScorecards();
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var first = Task.Run(() => fitted.Of(Key, () =>
        {
            begun.Set();
            goOn.Wait();
            return Card(1);
        }));
        begun.Wait();
        var waiting = Task.Run(() => fitted.Of(Key, () => Card(2), stop.Token));

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
        goOn.Set();
        (await first).Intercept.ShouldBe(1);
    }

    [Fact]
    public async Task A_fit_that_was_ended_is_done_by_the_next_who_waits()
    {
        using var fitted = new FittedScorecards();
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var ended = Task.Run(() => fitted.Of(Key, () =>
        {
            begun.Set();
            goOn.Wait();
            throw new OperationCanceledException();
        }));
        begun.Wait();
        var next = Task.Run(() => fitted.Of(Key, () => Card(2)));

        goOn.Set();

        await Should.ThrowAsync<OperationCanceledException>(ended);
        (await next).Intercept.ShouldBe(2);
    }

    [Fact]
    public void However_many_there_were_each_evaluation_has_its_own()
    {
        using var fitted = new FittedScorecards();
        for (var i = 0; i < 100; i++)
        {
            fitted.Of(Key with { Seed = (ulong)i }, () => Card(i)).Intercept.ShouldBe(i);
        }
    }

    private static Scorecard Card(double intercept) => new(intercept, [], 1, new Dictionary<double, double>());
}
