using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.FlowTests;

/// <summary>A run's verdict is told once; twice only after a crash, and then under the same id.</summary>
[Collection("runs")]
public sealed class VerdictTests
{
    [Fact]
    public async Task Every_run_announces_one_verdict()
    {
        var (lab, _) = await Lab.FinishedAsync();
        await using var _lab = lab;
        await using var host = await lab.StartAsync();
        var published = Published.By(host.Services.GetRequiredService<IBus>());
        var runs = new List<Guid>();
        for (var round = 0; round < 3; round++)
        {
            // One after the other, and two beside each other.
            Guid[] pair = [await lab.RequestAsync(host), await lab.RequestAsync(host)];
            runs.AddRange(pair);
            await Task.WhenAll(pair.Select(lab.EndAsync));
        }

        // Whatever a queue still holds by now comes out.
        await Task.Delay(TimeSpan.FromSeconds(2));
        published.Verdicts.Select(v => v.Message.RunId).Order().ShouldBe(runs.Order());
    }

    [Fact]
    public async Task An_event_that_is_the_next_order_too_is_published_once()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        var published = Published.By(bench.Services.GetRequiredService<IBus>());
        var outcome = new SnapshotSealed(run, 1, "snapshot", 10, 5, 5, 1);

        await bench.Stages.RunAsync(
            new RunRequested(run, 1), new UnitKey(Stage.Snapshot, "snapshot"), (_, _) => Task.FromResult(new UnitResult(outcome)), default);

        published.Seen.ShouldHaveSingleItem().ShouldBe((outcome, EventLog.MessageId(outcome)));
    }

    [Fact]
    public async Task A_verdict_that_a_crash_kept_from_the_broker_is_sent_by_the_sweeper_and_by_no_copy_of_its_order()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync("update zigong.pipeline_events set announced_at = null, occurred_at = now() - interval '1 hour'");
        await using var bench = await Bench.StartAsync(lab);
        var bus = bench.Services.GetRequiredService<IBus>();
        var published = Published.By(bus);
        var sweeping = new Announcer(lab.Source, bus, lab.Options with { Transport = "rabbitmq" }, NullLogger<Announcer>.Instance);
        var order = await lab.OutcomeAsync<ModelEvaluated>(run, Stage.Evaluation, "evaluation");

        for (var round = 0; round < 3; round++)
        {
            await bench.Stages.RunAsync(
                order, new UnitKey(Stage.Model, "model"), (_, _) => throw new InvalidOperationException("the verdict is there already"), default);
            await sweeping.CatchUpAsync(TimeSpan.FromSeconds(10), default);
        }

        var (message, id) = published.Verdicts.ShouldHaveSingleItem();
        (message.RunId, id).ShouldBe((run, EventLog.MessageId(message)));
    }
}
