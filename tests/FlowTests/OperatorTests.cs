using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Cancel, retry and pause, on the real stage runner with work that the test holds in its hand.</summary>
[Collection("light")]
public sealed class OperatorTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly UnitKey Unit = new(Stage.Scores, "scores");
    private Lab _lab = null!;
    private Bench _bench = null!;
    private Guid _run;
    private int _calls;

    private PipelineSwitch Switch => _bench.Services.GetRequiredService<PipelineSwitch>();

    public async Task InitializeAsync()
    {
        _lab = await Lab.NewAsync();
        _bench = await Bench.StartAsync(_lab);
        _run = await _bench.RequestAsync();
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Cancelling_stops_the_worker_and_leaves_an_event_and_a_note()
    {
        var work = DeliverAsync(ct => Task.Delay(Timeout.Infinite, ct));
        await UntilLeasedAsync();

        await _bench.Operations().CancelAsync(_run, "wrong table", Operators.Actor, default);

        await work.WaitAsync(Deadline);
        await using var db = _lab.NewContext();
        var run = await db.Runs.SingleAsync();
        (run.Status, run.Generation).ShouldBe((RunStatus.Cancelled, 2));
        run.FinishedAt.ShouldNotBeNull();
        var unit = (await _lab.UnitsAsync(_run)).ShouldHaveSingleItem();
        (unit.State, unit.LeaseToken, unit.Attempts).ShouldBe((UnitState.Pending, null, 0));
        var cancelled = await db.PipelineEvents.SingleAsync();
        cancelled.Type.ShouldBe(nameof(RunCancelled));
        JsonSerializer.Deserialize<RunCancelled>(cancelled.Payload).ShouldBe(new RunCancelled(_run, 2, "wrong table"));
        var note = (await _lab.AuditAsync()).ShouldHaveSingleItem();
        (note.Actor, note.Action, note.Target).ShouldBe((Operators.Actor, "cancel", $"{_run}"));
        note.Details.ShouldContain("wrong table");
    }

    [Fact]
    public async Task A_worker_that_finishes_after_the_cancelling_is_not_heard()
    {
        await DeliverAsync(_ => _bench.Operations().CancelAsync(_run, "", Operators.Actor, default));
        (await _lab.UnitsAsync(_run)).ShouldAllBe(u => u.State == UnitState.Pending);
        await using var db = _lab.NewContext();
        (await db.PipelineEvents.SingleAsync()).Type.ShouldBe(nameof(RunCancelled));
    }

    [Fact]
    public async Task A_replay_stops_the_worker_of_the_old_generation_at_once()
    {
        var work = DeliverAsync(ct => Task.Delay(Timeout.Infinite, ct));
        await UntilLeasedAsync();

        await _bench.Operations().ReplayAsync(_run.From(Stage.Snapshot), Operators.Actor, default);

        await work.WaitAsync(Deadline);
        (await _lab.UnitsAsync(_run)).ShouldBeEmpty("the new generation makes its units afresh");
    }

    [Fact]
    public async Task A_failed_unit_gets_fresh_attempts_under_a_new_generation()
    {
        await FailAsync();

        await _bench.Operations().RetryAsync(_run, Operators.Actor, default);

        var unit = (await _lab.UnitsAsync(_run)).ShouldHaveSingleItem();
        (unit.State, unit.Attempts).ShouldBe((UnitState.Pending, 0));
        await DeliverAsync(_ => Task.CompletedTask, generation: 2);
        (await _lab.UnitsAsync(_run)).ShouldHaveSingleItem().State.ShouldBe(UnitState.Done);
        (await _lab.AuditAsync()).Select(a => (a.Actor, a.Action, a.Target)).ShouldBe([(Operators.Actor, "retry", $"{_run}")]);
    }

    [Theory]
    [InlineData("Completed", "is completed")]
    [InlineData("Cancelled", "is cancelled")]
    public async Task What_is_over_is_neither_retried_nor_cancelled(string status, string message)
    {
        await _lab.ExecuteAsync($"update zigong.runs set status = '{status}'");
        var standing = await _lab.StandingAsync();

        var retry = await Should.ThrowAsync<InputException>(() => _bench.Operations().RetryAsync(_run, Operators.Actor, default));
        retry.Message.ShouldContain(message);
        retry.Message.ShouldContain("zigong replay");
        (await Should.ThrowAsync<InputException>(() => _bench.Operations().CancelAsync(_run, "", Operators.Actor, default))).Message.ShouldContain(message);
        (await _lab.StandingAsync()).ShouldBe(standing);
    }

    [Fact]
    public async Task A_cancelled_run_cannot_be_resumed()
    {
        await _bench.Operations().CancelAsync(_run, "", Operators.Actor, default);
        var e = await Should.ThrowAsync<InputException>(() => _bench.Services.GetRequiredService<RunRequests>().ResumeAsync(_run, default));
        e.Message.ShouldContain("was cancelled; zigong replay");
    }

    [Fact]
    public async Task An_unknown_run_is_an_input_error_everywhere()
    {
        var unknown = new Guid(1, 2, 3, new byte[8]);
        Func<Task>[] all =
        [
            () => _bench.Operations().PlanReplayAsync(unknown.From(Stage.Agent), default),
            () => _bench.Operations().ReplayAsync(unknown.From(Stage.Agent), Operators.Actor, default),
            () => _bench.Operations().RetryAsync(unknown, Operators.Actor, default),
            () => _bench.Operations().CancelAsync(unknown, "", Operators.Actor, default),
        ];
        foreach (var one in all)
        {
            (await Should.ThrowAsync<InputException>(one)).Message.ShouldContain("there is no run 00000001");
        }

        (await _lab.AuditAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task While_paused_no_unit_begins_and_after_resuming_it_does()
    {
        (await Switch.StateAsync(default)).Paused.ShouldBeFalse();
        var paused = await Switch.PauseAsync("disk is being moved", Operators.Actor, default);
        (paused.Paused, paused.Reason, paused.ChangedBy).ShouldBe((true, "disk is being moved", Operators.Actor));

        await DeliverAsync(_ => Task.CompletedTask);
        _calls.ShouldBe(0);
        (await _lab.UnitsAsync(_run)).ShouldAllBe(u => u.State == UnitState.Pending && u.Attempts == 0);

        (await Switch.ResumeAsync(Operators.Actor, default)).Paused.ShouldBeFalse();
        await DeliverAsync(_ => Task.CompletedTask);
        _calls.ShouldBe(1);
        (await _lab.UnitsAsync(_run)).ShouldHaveSingleItem().State.ShouldBe(UnitState.Done);
        (await _lab.AuditAsync()).Select(a => (a.Action, a.Target)).ShouldBe([("pause", "pipeline"), ("resume", "pipeline")]);
    }

    [Fact]
    public async Task A_unit_under_way_is_finished_while_the_pipeline_is_paused()
    {
        await DeliverAsync(_ => Switch.PauseAsync("", Operators.Actor, default));
        (await _lab.UnitsAsync(_run)).ShouldHaveSingleItem().State.ShouldBe(UnitState.Done);
    }

    [Fact]
    public async Task Resuming_what_is_not_paused_is_an_input_error() =>
        (await Should.ThrowAsync<InputException>(() => Switch.ResumeAsync(Operators.Actor, default))).Message.ShouldContain("not paused");

    [Fact]
    public async Task Nothing_of_an_operation_stays_when_its_note_cannot_be_written()
    {
        await _lab.ExecuteAsync("alter table zigong.audit add constraint nobody check (actor <> 'test:operator')");
        var standing = await _lab.StandingAsync();
        await Should.ThrowAsync<DbUpdateException>(() => _bench.Operations().CancelAsync(_run, "", Operators.Actor, default));
        await Should.ThrowAsync<DbUpdateException>(() => Switch.PauseAsync("", Operators.Actor, default));
        await Should.ThrowAsync<DbUpdateException>(() => _bench.Operations().ReplayAsync(_run.From(Stage.Snapshot), Operators.Actor, default));
        (await _lab.StandingAsync()).ShouldBe(standing);
        (await Switch.StateAsync(default)).Paused.ShouldBeFalse();
    }

    private async Task FailAsync()
    {
        for (var attempt = 0; attempt < _lab.Options.MaximumAttempts; attempt++)
        {
            await DeliverAsync(_ => throw new ArithmeticException("the loss is NaN"));
            await _lab.ExecuteAsync("update zigong.work_units set next_attempt_at = now()");
        }
    }

    private Task DeliverAsync(Func<CancellationToken, Task> work, int generation = 1) => _bench.Stages.RunAsync(
        new CombineScores(_run, generation),
        Unit,
        async (_, token) =>
        {
            Interlocked.Increment(ref _calls);
            await work(token);
            return new UnitResult(new SnapshotScored(_run, generation, 10, 2, 0.9));
        },
        default);

    private Task UntilLeasedAsync() => _lab.UntilAsync(async db => await db.WorkUnits.SingleOrDefaultAsync(u => u.State == UnitState.Leased), "a leased unit");
}
