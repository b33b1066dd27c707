using System.Diagnostics;
using Shouldly;
using Xunit;
using ZiGong.Hosting.Telemetry;

namespace ZiGong.UnitTests.Hosting.Telemetry;

/// <summary>Everything of a run is one trace, whatever was current where it happened.</summary>
public sealed class RunTraceTests : IDisposable
{
    private static readonly Guid Run = new("0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10");
    private static readonly Guid Another = new("0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d11");

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == PipelineTelemetry.Name,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public RunTraceTests()
    {
        Activity.Current = null;
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        Activity.Current = null;
        _listener.Dispose();
    }

    [Fact]
    public void A_trace_has_the_runs_id_without_hyphens()
    {
        using var span = RunTrace.Start("work", Run);

        span!.Activity!.TraceId.ToString().ShouldBe("0199d0a277a17d11b1f05b1b0f3f9d10");
        span.Activity.GetTagItem("zigong.run").ShouldBe(Run.ToString());
        span.Activity.Parent.ShouldBeNull();
    }

    [Fact]
    public void A_span_within_one_of_the_same_run_lies_below_it()
    {
        using var outer = RunTrace.Start("outer", Run);
        using var inner = RunTrace.Start("inner", Run, ActivityKind.Consumer);

        inner!.Activity!.ParentSpanId.ShouldBe(outer!.Activity!.SpanId);
        inner.Activity.Kind.ShouldBe(ActivityKind.Consumer);
        inner.Activity.Links.ShouldBeEmpty();
    }

    [Fact]
    public void A_span_within_one_of_another_run_is_a_trace_of_its_own_with_a_link()
    {
        using var outer = RunTrace.Start("outer", Another);
        using (var inner = RunTrace.Start("inner", Run))
        {
            inner!.Activity!.TraceId.ShouldBe(RunTrace.IdOf(Run));
            inner.Activity.Links.Single().Context.SpanId.ShouldBe(outer!.Activity!.SpanId);
            Activity.Current.ShouldBe(inner.Activity);
        }

        Activity.Current.ShouldBe(outer.Activity, "the end of a span brings back the one before");
    }

    [Fact]
    public void What_belongs_to_no_run_has_a_trace_of_its_own_afterwards_too()
    {
        using (RunTrace.Start("work", Run))
        {
        }

        using var other = PipelineTelemetry.Source.StartActivity("sweep");

        other!.TraceId.ShouldNotBe(RunTrace.IdOf(Run));
    }

    [Fact]
    public async Task Runs_side_by_side_do_not_take_each_others_traces()
    {
        var runs = Enumerable.Range(1, 40).Select(i => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).ToList();

        var traces = await Task.WhenAll(runs.Select(run => Task.Run(async () =>
        {
            using var span = RunTrace.Start("work", run);
            await Task.Yield();
            using var inner = RunTrace.Start("inner", run);
            return (run, Outer: span!.Activity!.TraceId, Inner: inner!.Activity!.TraceId);
        })));

        traces.ShouldAllBe(t => t.Outer == RunTrace.IdOf(t.run) && t.Inner == RunTrace.IdOf(t.run));
    }
}
