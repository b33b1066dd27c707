using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Waiting;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline;

namespace ZiGong.FlowTests;

/// <summary>Figures of what goes wrong, counted where it happens.</summary>
[Collection("light")]
public sealed class FigureTests
{
    private static readonly UnitKey Unit = new(Stage.Scores, "scores");

    [Fact]
    public async Task A_failed_attempt_that_is_followed_by_another_is_a_retry_and_the_last_one_is_not()
    {
        using var figures = new Figures();
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var order = new CombineScores(await bench.RequestAsync(), 1);

        for (var attempt = 1; attempt <= lab.Options.MaximumAttempts; attempt++)
        {
            await lab.ExecuteAsync("update zigong.work_units set next_attempt_at = null");
            await bench.Stages.RunAsync(order, Unit, (_, _) => throw new InvalidOperationException("it is broken"), default);
        }

        figures.Count("zigong.retries", ("stage", "Scores")).ShouldBe(lab.Options.MaximumAttempts - 1);
        figures.Count("zigong.units", ("stage", "Scores"), ("outcome", "failed")).ShouldBe(lab.Options.MaximumAttempts);
        figures.Count("zigong.stage.duration", ("stage", "Scores"), ("outcome", "failed")).ShouldBe(lab.Options.MaximumAttempts);
    }

    [Fact]
    public async Task Work_on_a_unit_that_another_worker_took_is_a_lost_lease()
    {
        using var figures = new Figures();
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var order = new CombineScores(await bench.RequestAsync(), 1);

        await bench.Stages.RunAsync(
            order, Unit,
            async (_, _) =>
            {
                await lab.ExecuteAsync("update zigong.work_units set lease_token = gen_random_uuid()");
                return new UnitResult(new SnapshotScored(order.RunId, 1, 1, 1, 0));
            },
            default);

        figures.Count("zigong.lease.losses", ("stage", "Scores")).ShouldBe(1);
        figures.Count("zigong.units", ("stage", "Scores"), ("outcome", "dropped")).ShouldBe(1);
        figures.Count("zigong.units", ("stage", "Scores"), ("outcome", "committed")).ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_does_not_hide_what_waits_in_others()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var (broken, _) = (await bench.RequestAsync(), await bench.RequestAsync());
        await lab.ExecuteAsync($$$"""update zigong.runs set options = '{"Agent": {"Wings": 2}}' where run_id = '{{{broken}}}'""");
        var units = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        var thread = -1;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Not those of hosts in tests beside this one.
            if (instrument.Name == "zigong.queue.units" && Environment.CurrentManagedThreadId == thread)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => units.AddOrUpdate((string)tags[0].Value!, value, (_, other) => other + value));
        listener.Start();
        thread = Environment.CurrentManagedThreadId;
        using var gauges = ActivatorUtilities.CreateInstance<WaitingGauges>(bench.Services);
        thread = -1;

        await gauges.ObserveAsync(default);
        listener.RecordObservableInstruments();

        units.GetValueOrDefault(nameof(Stage.Snapshot)).ShouldBe(1);
    }

    /// <summary>Listens in this process; tests beside this one count other stages or outcomes.</summary>
    private sealed class Figures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, string Tags, bool Duration, double Value)> _seen = [];

        public Figures()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == PipelineTelemetry.Meter)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, Text(tags), false, value)));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, Text(tags), true, value)));
            _listener.Start();
        }

        public double Count(string name, params (string Key, string Value)[] tags) => _seen
            .Where(s => s.Name == name && tags.All(t => s.Tags.Contains($"[{t.Key}={t.Value}]", StringComparison.Ordinal)))
            .Sum(s => s.Duration ? 1 : s.Value);

        public void Dispose() => _listener.Dispose();

        private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Concat(tags.ToArray().Select(t => $"[{t.Key}={t.Value}]"));
    }
}
