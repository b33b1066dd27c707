using System.Diagnostics;
using ZiGong.Contracts;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline.Stages;

namespace ZiGong.Pipeline;

/// <summary>One attempt on a unit: its span with a child for each step, and its figures.</summary>
internal sealed class UnitTrace : IDisposable
{
    private readonly RunSpan? _span;
    private readonly string _stage;
    private readonly bool _ofShards;
    private readonly long _started = Stopwatch.GetTimestamp();

    public UnitTrace(IRunMessage message, UnitKey unit, string worker)
    {
        _stage = unit.Stage.ToString();
        _ofShards = StageCatalogue.Of(unit.Stage).Shape == StageShape.CheckpointShard;
        _span = RunTrace.Start($"{_stage} unit", message.RunId, ActivityKind.Consumer);
        _span?.Activity?
            .SetTag("zigong.stage", _stage)
            .SetTag("zigong.unit", unit.Unit)
            .SetTag("zigong.generation", message.Generation)
            .SetTag("zigong.worker", worker);
    }

    /// <summary>A child span: take, work, commit or publish.</summary>
    public static Activity? Step(string name) => PipelineTelemetry.Source.StartActivity(name);

    public void Taken(Lease lease) => _span?.Activity?.SetTag("zigong.attempt", lease.Attempts + 1);

    /// <summary>Nothing was done: the unit is finished, another worker's, or its time has not come.</summary>
    public void Skipped() => _span?.Activity?.SetTag("zigong.outcome", "skipped");

    public void Committed(UnitResult result)
    {
        End(result.Reused ? "reused" : "committed");
        var stage = new KeyValuePair<string, object?>("stage", _stage);
        if (_ofShards)
        {
            PipelineTelemetry.Shards.Add(1, stage);
        }

        foreach (var loss in result.Events.Select(LossOf).OfType<double>())
        {
            PipelineTelemetry.Loss.Record(loss, stage);
        }
    }

    /// <summary>Another generation's or another worker's by now.</summary>
    public void Dropped()
    {
        PipelineTelemetry.LeaseLosses.Add(1, new KeyValuePair<string, object?>("stage", _stage));
        End("dropped");
    }

    /// <summary>The host stops, or database or broker is away: no attempt of the unit.</summary>
    public void Interrupted() => End("interrupted");

    /// <summary>The exception's text stays in the log: it may quote what it was about.</summary>
    public void Failed(Exception e, bool again)
    {
        if (again)
        {
            PipelineTelemetry.Retries.Add(1, new KeyValuePair<string, object?>("stage", _stage));
        }

        _span?.Activity?.SetTag("error.type", e.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        End("failed");
    }

    public void Dispose() => _span?.Dispose();

    private void End(string outcome)
    {
        _span?.Activity?.SetTag("zigong.outcome", outcome);
        var tags = new TagList { { "stage", _stage }, { "outcome", outcome } };
        PipelineTelemetry.Units.Add(1, tags);
        PipelineTelemetry.StageDuration.Record(Stopwatch.GetElapsedTime(_started).TotalSeconds, tags);
    }

    private static double? LossOf(IRunMessage message) => message switch
    {
        CheckpointSaved checkpoint => checkpoint.Loss,
        AdapterSliceTrained slice => slice.Loss,
        _ => null,
    };
}
