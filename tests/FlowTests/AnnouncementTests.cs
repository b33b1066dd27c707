using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.FlowTests;

/// <summary>Ends of runs, told to whoever waits for them.</summary>
[Collection("runs")]
public sealed class AnnouncementTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_embedded_command_leaves_the_end_of_a_run_that_services_began_to_their_sweeper(bool overBroker)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        (await lab.CountAsync("select count(*) from zigong.runs where over_broker")).ShouldBe(0, "it was asked for here");
        await lab.ExecuteAsync($"update zigong.runs set over_broker = {overBroker}");

        await using (var host = await lab.StartAsync())
        {
            await host.Operations().ReplayAsync(run.From(Stage.Model), Operators.Actor, default);
            await lab.EndAsync(run);
        }

        await using var db = lab.NewContext();
        var end = await db.PipelineEvents.SingleAsync(e => e.Generation == 2 && (e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)));
        (end.AnnouncedAt is null).ShouldBe(overBroker, "the sweeper of services sends what is not noted as announced");
    }

    [Fact]
    public async Task An_end_that_cannot_be_read_is_told_of_once_and_the_later_ones_go_out()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        await using (var connection = await lab.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await EventLog.AppendAsync(connection, transaction, [new RunCancelled(run, 1, "too early"), new RunCancelled(run, 2, "too late")], default);
            await transaction.CommitAsync();
        }

        await lab.ExecuteAsync(
            """
            update zigong.pipeline_events
            set occurred_at = now() - interval '1 hour', payload = case when generation = 1 then '{"RunId":"no id"}' else payload end
            """);
        var log = new CountedErrors();
        var announcer = new Announcer(lab.Source, bench.Services.GetRequiredService<IBus>(), lab.Options with { Transport = "rabbitmq" }, log);

        (await announcer.CatchUpAsync(TimeSpan.Zero, default)).ShouldBe(1);
        (await announcer.CatchUpAsync(TimeSpan.Zero, default)).ShouldBe(0);

        await using var db = lab.NewContext();
        (await db.PipelineEvents.Where(e => e.AnnouncedAt != null).Select(e => e.Generation).ToListAsync()).ShouldBe([2]);
        (await announcer.CountWaitingAsync(default)).ShouldBe(1);
        log.Errors.ShouldHaveSingleItem().ShouldContain($"RunCancelled of run {run}) cannot be announced");
    }

    private sealed class CountedErrors : ILogger<Announcer>
    {
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                Errors.Add(formatter(state, exception));
            }
        }
    }
}
