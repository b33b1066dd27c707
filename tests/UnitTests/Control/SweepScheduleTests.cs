using Shouldly;
using Xunit;
using ZiGong.Control;

namespace ZiGong.UnitTests.Control;

public sealed class SweepScheduleTests
{
    private static readonly Guid Run = new("00000000-0000-0000-0000-000000000001");
    private readonly Clock _clock = new();
    private readonly SweepSchedule _schedule;

    public SweepScheduleTests() => _schedule = new SweepSchedule(TimeSpan.FromSeconds(5), _clock);

    [Fact]
    public void A_run_that_is_new_here_is_due_at_once() => IsDue(done: 3).ShouldBeTrue();

    [Fact]
    public void A_run_that_moves_between_two_looks_is_never_due_though_nobody_holds_a_lease_just_then()
    {
        IsDue(done: 0);
        foreach (var done in Enumerable.Range(1, 100))
        {
            IsDue(done, after: 5).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_run_that_stopped_is_due_at_the_next_look_and_then_after_twice_the_last_wait()
    {
        IsDue(done: 0);
        IsDue(done: 7, after: 5).ShouldBeFalse();
        IsDue(done: 7, after: 5).ShouldBeTrue();

        var due = Enumerable.Range(1, 32).Where(_ => IsDue(done: 7, after: 5)).ToList();

        // 5 s after the first, then 10, 20, 40, 80.
        due.ShouldBe([1, 3, 7, 15, 31]);
    }

    [Fact]
    public void One_that_was_at_work_and_died_without_another_step_is_due_when_its_lease_has_run_out()
    {
        _schedule.SeeAtWork(Run, Standing(done: 4));
        IsDue(done: 4, after: 5).ShouldBeTrue();
    }

    [Fact]
    public void The_end_of_a_back_off_makes_a_run_due_at_once()
    {
        IsDue(done: 4, waiting: 1).ShouldBeTrue();
        IsDue(done: 4, waiting: 1, after: 1).ShouldBeFalse();
        IsDue(done: 4, waiting: 0, after: 1).ShouldBeTrue();
    }

    [Fact]
    public void An_attempt_that_failed_between_two_looks_is_no_step()
    {
        IsDue(done: 4);
        IsDue(done: 4, attempts: 1, after: 5).ShouldBeTrue();
    }

    [Fact]
    public void What_is_forgotten_is_due_at_once_and_runs_that_are_over_are_forgotten()
    {
        IsDue(done: 4);
        _schedule.ForgetAllBut([Run]);
        IsDue(done: 4).ShouldBeFalse();
        _schedule.Forget(Run);
        IsDue(done: 4).ShouldBeTrue();
        _schedule.ForgetAllBut([]);
        IsDue(done: 4).ShouldBeTrue();
        _schedule.Clear();
        IsDue(done: 4).ShouldBeTrue();
    }

    [Fact]
    public void However_long_a_run_stands_still_it_is_looked_after_every_ten_minutes()
    {
        IsDue(done: 0);
        var last = Enumerable.Range(0, 1000).Where(_ => IsDue(done: 0, after: 10)).TakeLast(2).ToList();
        (10 * (last[1] - last[0])).ShouldBe(600);
    }

    private bool IsDue(int done, int waiting = 0, double after = 0, int attempts = 0)
    {
        _clock.Pass(TimeSpan.FromSeconds(after));
        return _schedule.IsDue(Run, Standing(done, waiting) with { Attempts = attempts });
    }

    private static RunStanding Standing(int done, int waiting = 0) => new(1, done, 0, waiting);

    private sealed class Clock : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _now += time;

        public override long GetTimestamp() => _now.Ticks;
    }
}
