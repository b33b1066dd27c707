using System.Net;
using System.Net.Sockets;
using System.Text;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline.Stages;

namespace ZiGong.FlowTests;

/// <summary>What a collector gets of a run, over the wire.</summary>
[Collection("runs")]
public sealed class TelemetryTests
{
    private static readonly string[] Stages = [.. StageCatalogue.Of(RunKind.Full).Select(s => s.Stage.ToString())];

    [Fact]
    public async Task A_run_is_one_trace_through_all_stages_and_a_replay_by_another_process_lands_in_it()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var lab = await Lab.NewAsync();
        lab.Options.Telemetry = collector.Address;
        Guid run;
        await using (var host = await lab.StartAsync())
        {
            await lab.IngestAsync(Borrowers.Write(lab.Folder, "borrowers.csv", Borrowers.Lines.Append("no,such,row")));
            run = await lab.RequestAsync(host);
            await lab.EndAsync(run);
        }

        var trace = run.ToString("N");
        var units = Units(collector, trace);
        units.Where(s => s.Tag("zigong.outcome") == "committed").Select(s => s.Tag("zigong.stage")).Distinct().ShouldBe(Stages, ignoreOrder: true);
        var done = await lab.UnitsAsync(run);
        units.Where(s => s.Tag("zigong.outcome") is "committed" or "reused").Select(s => $"{s.Tag("zigong.stage")} {s.Tag("zigong.unit")}")
            .ShouldBe(done.Select(u => $"{u.Stage} {u.Unit}"), ignoreOrder: true);
        units.ShouldAllBe(s => s.Tag("zigong.run") == run.ToString() && s.Tag("zigong.generation") == "1" && s.Tag("zigong.worker").StartsWith("embedded/"));

        // Nobody else's spans are in it, and every parent is there.
        var spans = collector.Spans.Where(s => s.Trace == trace).ToList();
        var ids = spans.Select(s => s.Id).ToHashSet();
        spans.Where(s => s.Parent.Length > 0 && !ids.Contains(s.Parent)).ShouldBeEmpty();
        foreach (var unit in units.Where(s => s.Tag("zigong.outcome") == "committed"))
        {
            spans.Where(s => s.Parent == unit.Id && s.Source == PipelineTelemetry.Name).Select(s => s.Name)
                .ShouldBe(["take", "work", "commit", "publish"], ignoreOrder: true);
        }

        spans.Select(s => s.Source).Distinct().ShouldBe([PipelineTelemetry.Name, "MassTransit", "Npgsql"], ignoreOrder: true);
        spans.Single(s => s.Name == "request").Parent.ShouldBeEmpty();
        spans.ShouldAllBe(s => !s.Tags.Values.Any(v => v.Contains(Borrowers.Lines[0], StringComparison.Ordinal)));
        collector.Spans.ShouldNotContain(s => s.Source == "Npgsql" && s.Parent.Length == 0, "calls that belong to nothing");

        await using (var host = await lab.StartAsync())
        {
            await host.Operations().ReplayAsync(run.From(Stage.Selection), Operators.Actor, default);
            await lab.EndAsync(run);
        }

        Units(collector, trace).Where(s => s.Tag("zigong.generation") == "2" && s.Tag("zigong.outcome") is "committed" or "reused")
            .Select(s => s.Tag("zigong.stage")).Distinct()
            .ShouldBe(["Selection", "Dataset", "Tuning", "Evaluation", "Model"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_an_exception_quotes_stays_here_and_its_type_and_state_are_sent()
    {
        const string Value = "Anna Schmidt, 57000 EUR";
        await using var collector = await OtlpCollector.StartAsync();
        await using var lab = await Lab.NewAsync();
        lab.Options.Telemetry = collector.Address;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddPipeline(lab.Options, pipeline => pipeline.AddConsumer<ReadingConsumer>(1));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IBus>().Publish(new StageFailed(Guid.Empty, 1, "", "", Value, ""));
            var letter = await lab.UntilAsync(db => db.DeadLetters.SingleOrDefaultAsync(), "a dead letter");
            letter.Exception.ShouldContain(Value, Case.Sensitive, "or nothing is shown here");
            await host.StopAsync();
        }

        foreach (var source in new[] { "Npgsql", "MassTransit" })
        {
            var exceptions = collector.Spans.Where(s => s.Source == source).SelectMany(s => s.Exceptions).ToList();
            // Others may be of labs beside this one: spans are the process's.
            exceptions.ShouldContain(e => e["exception.type"].EndsWith(nameof(PostgresException), StringComparison.Ordinal), source);
            exceptions.ShouldAllBe(e => e.Keys.All(k => k == "exception.type" || k == "exception.escaped"));
        }

        collector.Spans.ShouldContain(s => s.Tag("db.response.status_code") == PostgresErrorCodes.InvalidTextRepresentation);
        collector.Traces.Select(Encoding.UTF8.GetString).ShouldNotContain(t => t.Contains(Value, StringComparison.Ordinal));
    }

    /// <summary>Takes a text for a number.</summary>
    private sealed class ReadingConsumer(NpgsqlDataSource source) : IConsumer<StageFailed>
    {
        public async Task Consume(ConsumeContext<StageFailed> context)
        {
            await using var command = source.CreateCommand("select $1::text::integer");
            command.Parameters.AddWithValue(context.Message.Reason);
            await command.ExecuteScalarAsync(context.CancellationToken);
        }
    }

    [Fact]
    public async Task The_figures_of_a_run_arrive_by_name_and_stage()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var lab = await Lab.NewAsync();
        lab.Options.Telemetry = collector.Address;
        await using (var host = await lab.StartAsync())
        {
            await lab.IngestAsync(Borrowers.Write(lab.Folder, "borrowers.csv", Borrowers.Lines.Append("no,such,row")));
            await lab.EndAsync(await lab.RequestAsync(host));
            await host.Services.GetRequiredService<ZiGong.Control.Waiting.WaitingGauges>().ObserveAsync(default);
        }

        foreach (var stage in Stages)
        {
            collector.Metrics.Keys.ShouldContain($"zigong.units{{outcome=committed,stage={stage}}}");
            collector.Metrics.Keys.ShouldContain($"zigong.stage.duration{{outcome=committed,stage={stage}}}");
            collector.Metrics.Keys.ShouldContain($"zigong.queue.age{{stage={stage}}}");
            collector.Metrics.Keys.ShouldContain($"zigong.queue.units{{stage={stage}}}");
        }

        collector.Metrics.Keys.ShouldContain("zigong.shards{stage=Gradients}");
        collector.Metrics.Keys.ShouldContain("zigong.shards{stage=Partials}");
        collector.Metrics.Keys.ShouldContain("zigong.training.loss{stage=Agent}");
        collector.Metrics.Keys.ShouldContain("zigong.training.loss{stage=Tuning}");
        collector.Metrics.Keys.ShouldContain("zigong.rejections{dataset=simulated}");
        collector.Metrics.Keys.ShouldContain("zigong.announcements.waiting{}");
    }

    [Fact]
    public async Task Without_a_collector_nothing_listens_and_with_one_that_is_away_the_run_is_the_same()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        PipelineTelemetry.Source.HasListeners().ShouldBeFalse();
        RunTrace.Start("request", run).ShouldBeNull();

        lab.Options.Telemetry = $"http://127.0.0.1:{ClosedPort()}";
        await using var host = await lab.StartAsync();
        PipelineTelemetry.Source.HasListeners().ShouldBeTrue();
        var before = await lab.ProductsAsync(run);
        await host.Operations().ReplayAsync(run.From(Stage.Selection), Operators.Actor, default);
        await lab.EndAsync(run);
        (await lab.ProductsAsync(run)).ShouldBe(before);
    }

    private static List<ReceivedSpan> Units(OtlpCollector collector, string trace) =>
        [.. collector.Spans.Where(s => s.Trace == trace && s.Name.EndsWith(" unit", StringComparison.Ordinal))];

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
