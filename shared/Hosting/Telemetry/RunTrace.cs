using System.Diagnostics;

namespace ZiGong.Hosting.Telemetry;

/// <summary>
/// Everything that happens for a run is one trace, whose id is the run's without hyphens: what a sweeper sends again, an operator replays
/// or a restarted process finishes lands beside the rest, whether or not a message carried the trace along.
/// </summary>
public static class RunTrace
{
    private static readonly AsyncLocal<ActivityTraceId?> Wanted = new();

    // A span without a parent has a random trace id, except here.
    static RunTrace() => Activity.TraceIdGenerator = () => Wanted.Value ?? ActivityTraceId.CreateRandom();

    public static ActivityTraceId IdOf(Guid run) => ActivityTraceId.CreateFromString(run.ToString("N"));

    /// <summary>Begins a span of a run: below the current one if that is of the same run, else with a link to it.</summary>
    /// <returns>Null while nobody listens.</returns>
    public static RunSpan? Start(string name, Guid run, ActivityKind kind = ActivityKind.Internal)
    {
        if (!PipelineTelemetry.Source.HasListeners())
        {
            return null;
        }

        var around = Activity.Current;
        var id = IdOf(run);
        if (around?.TraceId == id)
        {
            return new RunSpan(PipelineTelemetry.Source.StartActivity(name, kind), run, around);
        }

        Activity.Current = null;
        Wanted.Value = id;
        try
        {
            var links = around is null ? null : new[] { new ActivityLink(around.Context) };
            return new RunSpan(PipelineTelemetry.Source.StartActivity(name, kind, default(ActivityContext), tags: null, links), run, around);
        }
        finally
        {
            Wanted.Value = null;
        }
    }
}

/// <summary>A span of a run; its end brings back the one that was current before.</summary>
public sealed class RunSpan : IDisposable
{
    private readonly Activity? _around;

    internal RunSpan(Activity? activity, Guid run, Activity? around)
    {
        Activity = activity;
        _around = around;
        activity?.SetTag("zigong.run", run.ToString());
    }

    /// <summary>Null where the span is not recorded.</summary>
    public Activity? Activity { get; }

    public void Dispose()
    {
        Activity?.Dispose();
        Activity.Current = _around;
    }
}
