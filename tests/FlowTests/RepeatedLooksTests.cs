using System.Globalization;
using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Control.Experiments;
using ZiGong.Control.Waiting;
using ZiGong.FlowTests.Api;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>
/// Whatever looks again and again finds what it looks for by an index that fits, on 100,000 events and units: no large table is read whole, and no index
/// hands out rows only to have them thrown away.
/// </summary>
[Collection("light")]
public sealed partial class RepeatedLooksTests : IAsyncLifetime
{
    private const int MostThrownAway = 50;
    private static readonly Guid Running = Guid.Parse("019a3c52-7d1e-7000-8000-000000000001");
    private Lab _lab = null!;
    private ExplainedDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _lab = await Lab.NewAsync();
        await FillAsync();
        _database = await ExplainedDatabase.OfAsync(_lab);
    }

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task The_sweeper_and_the_gauges()
    {
        await using var bench = await Bench.StartAsync(_lab);
        var (bus, overBroker) = (bench.Services.GetRequiredService<IBus>(), _lab.Options with { Transport = "rabbitmq" });
        var source = bench.Services.GetRequiredService<Npgsql.NpgsqlDataSource>();
        var announcer = new Announcer(source, bus, overBroker, NullLogger<Announcer>.Instance);
        using var sweeper = new Sweeper(source, bus, announcer, overBroker, TimeProvider.System, NullLogger<Sweeper>.Instance);
        using var gauges = new WaitingGauges(source, announcer, overBroker, TimeProvider.System, NullLogger<WaitingGauges>.Instance);

        await CheckAsync(
            async () => (await sweeper.SweepAsync(default)).ShouldBe(3, "two ends of runs that nobody was told of, and an order"),
            "pipeline_events_unheard", "runs_by_status", "work_units_at_work");
        await _lab.ExecuteAsync("update zigong.pipeline_events set announced_at = null where sequence in (250, 500)");
        await CheckAsync(async () => (await announcer.CountWaitingAsync(default)).ShouldBe(2), "pipeline_events_unheard");
        await CheckAsync(() => gauges.ObserveAsync(default), "runs_by_status", "work_units_pkey");
        await CheckAsync(
            async () => (await bench.Services.GetRequiredService<WorkUnits>().AnyAtWorkAsync(Running, default)).ShouldBeFalse(), "work_units_at_work");
    }

    [Fact]
    public async Task The_sweep_over_experiments()
    {
        await using var bench = await Bench.StartAsync(_lab);
        var source = bench.Services.GetRequiredService<Npgsql.NpgsqlDataSource>();
        var bus = bench.Services.GetRequiredService<IBus>();
        var orders = new OrderPlanning(source, bus, _lab.Options, TimeProvider.System, NullLogger<OrderPlanning>.Instance);
        var arms = new ArmBeginning(source, bench.Services.GetRequiredService<ArmRuns>(), NullLogger<ArmBeginning>.Instance);

        await CheckAsync(() => orders.SweepAsync(default), "experiment_orders_open");
        await CheckAsync(() => arms.SweepAsync(default), "experiments_running", "experiment_arms_pkey");
        await using var db = _lab.NewContext();
        (await db.Experiments.CountAsync(e => e.State == ExperimentState.Done)).ShouldBe(20_000, "the one that was running is done too");
    }

    [Fact]
    public async Task What_a_consumer_asks_of_its_run()
    {
        await using var db = _lab.NewContext();
        await CheckAsync(async () => (await RunState.ReadAsync(db, Running, default)).Finished.Count.ShouldBe(2_000), "work_units_pkey");
    }

    [Fact]
    public async Task Lists_followers_and_cursors()
    {
        // No consumer of the host is to touch the running run.
        await _lab.ExecuteAsync("update zigong.pipeline_switch set paused = true");
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        await CheckAsync(() => PagesAsync(client, "events?after=99000&limit=500", 500), "pipeline_events_pkey");
        await CheckAsync(() => PagesAsync(client, $"runs/{Run(7)}/events?after=1800&limit=20", 20), "pipeline_events_by_run");
        await CheckAsync(() => PagesAsync(client, "runs?limit=20", 20), "models_by_run");
        await CheckAsync(() => client.GetAsync($"/v1/runs/{Run(7)}").JsonAsync(), "models_by_run");
        await CheckAsync(
            async () => (await client.GetAsync("/v1/errors").JsonAsync()).GetProperty("failedUnits").GetArrayLength().ShouldBe(2), "work_units_failed",
            "dead_letters");
        await using var db = _lab.NewContext();
        await CheckAsync(async () => (await db.NewestFirst(arms: false).Take(20).ToListAsync()).Count.ShouldBe(20), "runs_asked_for");
    }

    private static async Task PagesAsync(HttpClient client, string path, int rows) =>
        (await client.GetAsync($"/v1/{path}").JsonAsync()).GetArrayLength().ShouldBe(rows);

    private async Task CheckAsync(Func<Task> look, params string[] indexes)
    {
        var plans = string.Join('\n', await _database.PlansAsync(look));
        Whole().Matches(plans).Select(m => m.Groups["table"].Value).ShouldBeEmpty(plans);
        ThrownAway().Matches(plans).ShouldAllBe(m => int.Parse(m.Groups["rows"].Value, CultureInfo.InvariantCulture) <= MostThrownAway, plans);
        foreach (var index in indexes)
        {
            plans.ShouldContain(index, Case.Sensitive, plans);
        }
    }

    private static string OneArm { get; } = ExperimentStore.PlanJson(
        new ExperimentPlan("mix", "", "d", [], [7], 0, [], 1, "", false, [new PlannedArm("a", "", [], [])], [], CodeVersions.Whole));

    private static Guid Run(int number) => Guid.Parse($"019a3c52-7d1e-7000-8000-{number:x12}");

    /// <summary>
    /// 2,000 runs asked for, the first still running, and as many arms after them; 2,000 units of the one and
    /// 200 of each of 490 others; 100,000 events.
    /// </summary>
    private Task FillAsync() => _lab.ExecuteAsync(
        $$"""
        create function pg_temp.run(number bigint) returns uuid language sql immutable
            as $f$ select ('019a3c52-7d1e-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid $f$;
        insert into zigong.runs (run_id, kind, dataset, descriptor, options, status, code_version, requested_at)
        select pg_temp.run(n), case when n <= 2000 then 'full' else 'experiment' end, 'd', 'd', '{{RunOptionsReader.Write(Lab.Small)}}',
            case n when 1 then 'Running' when 2 then 'Failed' else 'Completed' end, '', now() + n * interval '1 second'
        from generate_series(1, 4000) n;
        insert into zigong.models (model_id, dataset, run_id, snapshot_watermark, adapter, adapter_uri, base, encoding, state, metrics)
        select n::text, 'd', pg_temp.run(n), 1, '', '', '', '', 'rejected', '{}' from generate_series(1, 4000) n;
        insert into zigong.work_units (run_id, stage, unit, state, generation, output, finished_at)
        select pg_temp.run(1), 'Gradients', 'c/' || n, 'Done', 1, '{}'::jsonb, now() from generate_series(1, 2000) n
        union all
        select pg_temp.run(2 + n / 200), 'Partials', 'c/' || n, case when n < 2 then 'Failed' else 'Done' end, 1, '{}'::jsonb, now()
        from generate_series(0, 97999) n;
        insert into zigong.pipeline_events (sequence, message_id, run_id, generation, type, unit, payload, occurred_at, announced_at)
        select n, gen_random_uuid(), pg_temp.run(n / 250), 1, case when n % 250 = 0 then 'RunCancelled' else 'ReferenceAveraged' end, n::text,
            json_build_object('RunId', pg_temp.run(n / 250), 'Generation', 1, 'Reason', ''), now() - interval '1 hour',
            case when n % 250 = 0 and n > 500 then now() end
        from generate_series(1, 100000) n;
        update zigong.event_counter set last = 100000;
        insert into zigong.dead_letters (queue, message_type, body, exception, state)
        select 'q', '', '', '', case when n < 4 then 'Open' else 'Discarded' end from generate_series(1, 20000) n;
        insert into zigong.experiments (id, name, dataset, plan, state)
        select lpad(n::text, 64, '0'), 'mix', 'd', '{{OneArm}}'::jsonb, case n when 1 then 'Running' else 'Done' end from generate_series(1, 20000) n;
        insert into zigong.experiment_arms (experiment_id, arm, seed, fold, run_id)
        select lpad(n::text, 64, '0'), 'a', 7, 0, pg_temp.run(2001 + n % 1000) from generate_series(1, 20000) n;
        insert into zigong.experiment_orders (order_id, name, dataset, request, parallel, state, snapshots)
        select gen_random_uuid(), 'mix', 'd', '{}', 1, case n when 1 then 'Open' else 'Planned' end, array[''] from generate_series(1, 20000) n;
        analyze;
        """);

    [GeneratedRegex(
        @"Seq Scan on (?<table>pipeline_events|work_units|runs|models|dead_letters|experiments|experiment_arms|experiment_orders)\b",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"Rows Removed by Filter: (?<rows>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ThrownAway();
}
