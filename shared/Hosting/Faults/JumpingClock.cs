namespace ZiGong.Hosting.Faults;

/// <summary>A wall clock that jumps back and forth. Leases go by the database's clock and timers by the monotonic one, so nothing may notice.</summary>
internal sealed class JumpingClock(FaultInjection faults) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(((2 * faults.Next()) - 1) * faults.Plan.ClockHours);
}
