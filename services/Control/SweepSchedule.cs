namespace ZiGong.Control;

/// <summary>How a run stands: figures that change whenever it moves.</summary>
/// <param name="Done">Units that are done.</param>
/// <param name="Attempts">Failed attempts of all units.</param>
/// <param name="Waiting">Units that wait for their next attempt.</param>
public sealed record RunStanding(int Generation, int Done, int Attempts, int Waiting);

/// <summary>
/// When a run's next messages are sent again. A run that has moved since the last look is left alone until the next one: whoever finishes a unit sends what
/// follows, and where units take moments nobody holds a lease just then; copies of all that is not done would keep the workers busy with saying so.
/// </summary>
/// <param name="every">Time between two looks.</param>
public sealed class SweepSchedule(TimeSpan every, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private readonly Dictionary<Guid, (RunStanding Standing, long At, TimeSpan Wait)> _seen = [];

    /// <summary>Somebody works on a unit of the run. Should he die without another step, the run is due as soon as his lease has run out.</summary>
    public void SeeAtWork(Guid run, RunStanding standing) => _seen[run] = (standing, time.GetTimestamp(), TimeSpan.Zero);

    /// <summary>
    /// Nobody works on the run: whether its messages are to be sent. At once if it is new here, has stood still since the last look, or only failed
    /// or waited; after that the waits double, since where no worker listens for a night the queues must not fill with copies.
    /// </summary>
    public bool IsDue(Guid run, RunStanding standing)
    {
        var now = time.GetTimestamp();
        var wait = every;
        if (_seen.TryGetValue(run, out var last))
        {
            // A failed attempt is no step: its unit has no message until it is swept.
            if (standing with { Attempts = last.Standing.Attempts, Waiting = last.Standing.Waiting } != last.Standing)
            {
                _seen[run] = (standing, now, TimeSpan.Zero);
                return false;
            }

            if (standing == last.Standing)
            {
                if (time.GetElapsedTime(last.At, now) < last.Wait)
                {
                    return false;
                }

                wait = last.Wait == TimeSpan.Zero ? every : TimeSpan.FromTicks(Math.Min(2 * last.Wait.Ticks, LongestWait.Ticks));
            }
        }

        _seen[run] = (standing, now, wait);
        return true;
    }

    /// <summary>What could not be sent is due again at the next look.</summary>
    public void Forget(Guid run) => _seen.Remove(run);

    /// <summary>Runs that are over are not looked at again, and Control goes on for months.</summary>
    public void ForgetAllBut(IReadOnlyCollection<Guid> running)
    {
        foreach (var over in _seen.Keys.Except(running).ToList())
        {
            _seen.Remove(over);
        }
    }

    /// <summary>Everything is due at the next look.</summary>
    public void Clear() => _seen.Clear();
}
