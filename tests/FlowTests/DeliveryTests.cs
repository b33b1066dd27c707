using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Redelivered, late, doubled and lost messages, on the real stage runner with work that counts itself.</summary>
[Collection("light")]
public sealed class DeliveryTests : IAsyncLifetime
{
    private static readonly UnitKey Unit = new(Stage.Scores, "scores");
    private Lab _lab = null!;
    private Bench _bench = null!;
    private Guid _run;
    private int _calls;

    public async Task InitializeAsync()
    {
        _lab = await Lab.NewAsync();
        _bench = await Bench.StartAsync(_lab, leaseSeconds: 1.2);
        _run = await _bench.RequestAsync();
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task A_redelivered_message_is_handled_once()
    {
        await DeliverAsync();
        await DeliverAsync();
        _calls.ShouldBe(1);
        (await EventsAsync()).ShouldBe(["SnapshotScored"]);
    }

    [Fact]
    public async Task Of_two_workers_on_one_unit_one_works()
    {
        var gate = new TaskCompletionSource();
        var first = DeliverAsync(work: async () => await gate.Task);
        await UntilStateAsync(UnitState.Leased);
        await DeliverAsync();
        _calls.ShouldBe(1);
        gate.SetResult();
        await first;
        (await UnitAsync()).State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task Many_copies_at_once_are_handled_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DeliverAsync(work: () => Task.Delay(50))));
        _calls.ShouldBe(1);
        (await EventsAsync()).ShouldBe(["SnapshotScored"]);
    }

    [Fact]
    public async Task A_message_of_an_older_generation_is_dropped()
    {
        await _lab.ExecuteAsync("update zigong.runs set generation = 2");
        await DeliverAsync(generation: 1);
        _calls.ShouldBe(0);
        (await UnitsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_result_whose_generation_ended_meanwhile_is_dropped_at_commit()
    {
        var saved = false;
        await DeliverAsync(
            work: () => _lab.ExecuteAsync("update zigong.runs set generation = 2"),
            save: () => saved = true);
        saved.ShouldBeFalse();
        (await UnitAsync()).State.ShouldNotBe(UnitState.Done);
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Cancelled")]
    public async Task A_result_for_a_run_that_is_over_is_dropped(string status)
    {
        await DeliverAsync(work: () => _lab.ExecuteAsync($"update zigong.runs set status = '{status}'"));
        (await UnitAsync()).State.ShouldNotBe(UnitState.Done);
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_is_stopped_and_its_result_is_dropped()
    {
        var stopped = false;
        await DeliverAsync(
            work: async () =>
            {
                await TakeAwayAsync();
            },
            afterwards: async ct =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, ct);
                }
                catch (OperationCanceledException)
                {
                    stopped = true;
                    throw;
                }
            });
        stopped.ShouldBeTrue();
        var unit = await UnitAsync();
        unit.State.ShouldBe(UnitState.Leased, "it belongs to the other worker");
        unit.Attempts.ShouldBe(0);
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_did_not_notice_loses_its_result_at_commit()
    {
        await DeliverAsync(work: TakeAwayAsync);
        (await UnitAsync()).State.ShouldBe(UnitState.Leased);
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_unit_of_a_dead_worker_is_taken_over_when_its_lease_has_run_out()
    {
        await DeliverAsync(work: TakeAwayAsync);
        await DeliverAsync();
        _calls.ShouldBe(1, "the lease is still alive");
        await _lab.ExecuteAsync("update zigong.work_units set lease_expires_at = now() - interval '1 second'");
        await DeliverAsync();
        _calls.ShouldBe(2);
        (await UnitAsync()).State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task A_worker_that_takes_longer_than_its_lease_keeps_it_by_its_heartbeat()
    {
        var slow = DeliverAsync(work: () => Task.Delay(2500));
        await Task.Delay(1800);
        await DeliverAsync();
        await slow;
        _calls.ShouldBe(1);
        (await UnitAsync()).State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task A_failure_counts_as_an_attempt_and_waits_before_the_next()
    {
        await DeliverAsync(work: () => throw new ArithmeticException("the loss is NaN"));
        var unit = await UnitAsync();
        (unit.State, unit.Attempts, unit.Error).ShouldBe((UnitState.Pending, 1, "the loss is NaN"));
        await DeliverAsync();
        _calls.ShouldBe(1, "the back-off is not over");
        await _lab.ExecuteAsync("update zigong.work_units set next_attempt_at = now()");
        await DeliverAsync();
        (await UnitAsync()).State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task Exhausted_attempts_fail_the_run_and_say_what_to_do()
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await DeliverAsync(work: () => throw new ArithmeticException("the loss is NaN"));
            await _lab.ExecuteAsync("update zigong.work_units set next_attempt_at = now()");
        }

        await using var db = _lab.NewContext();
        (await db.Runs.SingleAsync()).Status.ShouldBe(RunStatus.Failed);
        var failed = await db.PipelineEvents.SingleAsync();
        failed.Type.ShouldBe(nameof(StageFailed));
        foreach (var part in new[] { "Scores", "scores", "ArithmeticException: the loss is NaN", $"zigong run --resume {_run}" })
        {
            failed.Payload.ShouldContain(part);
        }

        await DeliverAsync();
        _calls.ShouldBe(2, "a failed run takes no work");
    }

    [Fact]
    public async Task Bad_input_is_not_tried_again()
    {
        await DeliverAsync(work: () => throw new InputException("all labels are 'good'"));
        await using var db = _lab.NewContext();
        var run = await db.Runs.SingleAsync();
        run.Status.ShouldBe(RunStatus.Failed);
        run.Failure!.ShouldContain("all labels are 'good'");
        run.Failure!.ShouldContain("\"Input\": true");
    }

    [Fact]
    public async Task An_outage_goes_back_to_the_queue_and_costs_no_attempt()
    {
        await Should.ThrowAsync<NpgsqlException>(() => DeliverAsync(work: () => throw new NpgsqlException("gone", new IOException())));
        var unit = await UnitAsync();
        (unit.State, unit.Attempts).ShouldBe((UnitState.Pending, 0));
        await DeliverAsync();
        (await UnitAsync()).State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task A_cancelled_unit_is_given_back_untouched()
    {
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(
            () => DeliverAsync(work: stop.CancelAsync, afterwards: ct => Task.Delay(Timeout.Infinite, ct), ct: stop.Token));
        var unit = await UnitAsync();
        (unit.State, unit.Attempts, unit.LeaseToken).ShouldBe((UnitState.Pending, 0, null));
    }

    [Fact]
    public async Task A_result_that_cannot_be_saved_leaves_neither_state_nor_event()
    {
        await DeliverAsync(save: () => throw new InvalidOperationException("disk on fire"));
        var unit = await UnitAsync();
        (unit.State, unit.Attempts).ShouldBe((UnitState.Pending, 1));
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_that_is_always_too_slow_fails_the_run_and_is_named_once_the_attempts_are_used_up()
    {
        _calls = 0;
        for (var attempt = 1; attempt <= _lab.Options.MaximumAttempts; attempt++)
        {
            await _lab.ExecuteAsync("update zigong.work_units set next_attempt_at = null");
            await DeliverAsync(work: CountForeverAsync);
        }

        await using var db = _lab.NewContext();
        var run = await db.Runs.SingleAsync();
        run.Status.ShouldBe(RunStatus.Failed);
        run.Failure!.ShouldContain("the command of DeliveryTests.CountForeverAsync in time");
        (await EventsAsync()).ShouldBe(["StageFailed"]);
    }

    /// <summary>Longer than it may.</summary>
    private async Task CountForeverAsync()
    {
        await using var command = _lab.Source.CreateCommand("select pg_sleep(60)");
        command.CommandTimeout = 1;
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Events_of_workers_that_commit_together_have_numbers_without_holes()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _bench.Stages.RunAsync(
            new ScoreShard(_run, 1, "c", $"s{i}"),
            new UnitKey(Stage.Partials, $"c/s{i}"),
            (_, _) => Task.FromResult(new UnitResult(new ReferenceAveraged(_run, 1, $"s{i}", 1))),
            default)));
        await using var db = _lab.NewContext();
        (await db.PipelineEvents.OrderBy(e => e.Sequence).Select(e => e.Sequence).ToListAsync()).ShouldBe(Enumerable.Range(1, 12).Select(n => (long)n));
    }

    private Task DeliverAsync(
        int generation = 1, Func<Task>? work = null, Action? save = null, Func<CancellationToken, Task>? afterwards = null, CancellationToken ct = default) =>
        _bench.Stages.RunAsync(
            new CombineScores(_run, generation),
            Unit,
            async (_, token) =>
            {
                Interlocked.Increment(ref _calls);
                await (work?.Invoke() ?? Task.CompletedTask);
                await (afterwards?.Invoke(token) ?? Task.CompletedTask);
                return new UnitResult(
                    new SnapshotScored(_run, generation, 10, 2, 0.9),
                    (_, _) =>
                    {
                        save?.Invoke();
                        return Task.CompletedTask;
                    });
            },
            ct);

    private Task TakeAwayAsync() =>
        _lab.ExecuteAsync("update zigong.work_units set lease_token = gen_random_uuid(), lease_expires_at = now() + interval '1 hour'");

    private async Task<WorkUnitRow> UnitAsync() => (await UnitsAsync()).ShouldHaveSingleItem();

    private Task<IReadOnlyList<WorkUnitRow>> UnitsAsync() => _lab.UnitsAsync(_run);

    private async Task<List<string>> EventsAsync()
    {
        await using var db = _lab.NewContext();
        return await db.PipelineEvents.OrderBy(e => e.Sequence).Select(e => e.Type).ToListAsync();
    }

    private Task UntilStateAsync(UnitState state) =>
        _lab.UntilAsync(async db => await db.WorkUnits.SingleOrDefaultAsync(u => u.State == state), $"a unit that is {state}");
}
