using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using ZiGong.Cli.Experiments;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Control.Experiments;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Sealing;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Pipeline.Experiments;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Runs;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Experiments go on when whoever asked for them is gone, and whatever messages are lost.</summary>
[Collection("runs")]
public sealed class ExperimentSweepTests
{
    [Fact]
    public async Task One_whose_owner_and_messages_are_gone_is_finished_by_the_sweep_alone()
    {
        await using var lab = await Lab.IngestedAsync();
        Guid order;
        await using (var gone = await Bench.StartAsync(lab))
        {
            // Nobody hears of it on this bus.
            order = await gone.Services.GetRequiredService<ExperimentRequests>().OrderAsync(Order("mix", "mix-0", "mix-100"), 2, default);
        }

        await using (await lab.StartAsync())
        {
            await lab.UntilAsync(async db => await db.ExperimentArms.FirstOrDefaultAsync(), "the first arm");
        }

        await using var host = await lab.StartAsync();
        var done = await lab.UntilAsync(
            async db => await db.Experiments.SingleAsync() is { State: not ExperimentState.Running } e ? e : null, "the end of the experiment");

        (done.State, done.Failure).ShouldBe((ExperimentState.Done, null));
        done.FinishedAt.ShouldNotBeNull();
        await using var db = lab.NewContext();
        (await db.ExperimentOrders.SingleAsync(o => o.OrderId == order)).ExperimentId.ShouldBe(done.Id);
        (await db.Runs.Select(r => r.Status).ToListAsync()).ShouldBe([RunStatus.Completed, RunStatus.Completed]);
        (await ExperimentResults.ReadAsync(db, lab.Artifacts, done, default)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_other_code_began_ends_instead_of_being_finished_by_this_one()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await lab.StartAsync();
        await host.Services.GetRequiredService<ExperimentRequests>().OrderAsync(Order("mix", "mix-0", "mix-100"), 1, default);
        await lab.UntilAsync(async db => await db.ExperimentArms.FirstOrDefaultAsync(), "the first arm");

        await lab.ExecuteAsync("""update zigong.experiments set plan = jsonb_set(plan, '{CodeVersion}', '"0.0.9+1"')""");

        var ended = await lab.UntilAsync(
            async db => await db.Experiments.SingleAsync() is { State: not ExperimentState.Running } e ? e : null, "the end of the experiment");
        ended.State.ShouldBe(ExperimentState.Failed);
        ended.Failure!.ShouldContain("0.0.9+1");
        await using var db = lab.NewContext();
        (await db.ExperimentArms.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Folds_are_ordered_until_all_are_sealed_and_sealed_once()
    {
        var (lab, _) = await Lab.FinishedAsync();
        await using var _lab = lab;
        await using var bench = await Bench.StartAsync(lab);
        await bench.Services.GetRequiredService<ExperimentRequests>().OrderAsync(Order("mix", "mix-0"), 1, default);
        var bus = bench.Services.GetRequiredService<IBus>();
        var published = Published.By(bus);
        OrderPlanning Sweep() => new(lab.Source, bus, lab.Options, TimeProvider.System, NullLogger<OrderPlanning>.Instance);
        await using var db = lab.NewContext();

        await Sweep().SweepAsync(default);
        await Sweep().SweepAsync(default);
        var orders = published.Others.OfType<SealFold>().ToList();
        orders.Count.ShouldBe(2, "the first is lost, and another process sends it again");
        orders.Distinct().ShouldHaveSingleItem();

        var sealing = new SnapshotSealing(lab.Source, lab.Artifacts, new StoredResults(lab.Artifacts), bench.Services.GetRequiredService<Encoders>());
        var folds = new FoldSealing(lab.Source, sealing, bus, lab.Options, NullLogger<FoldSealing>.Instance);
        await folds.RunAsync(orders[0], default);
        var noted = (await db.ExperimentOrders.SingleAsync()).Snapshots.ShouldHaveSingleItem();
        await lab.ExecuteAsync("update zigong.snapshots set notes = '[\"once\"]'");
        await folds.RunAsync(orders[1], default);
        published.Others.OfType<FoldSealed>().ShouldHaveSingleItem();

        await Sweep().SweepAsync(default);
        var experiment = await db.Experiments.SingleAsync();
        ExperimentStore.PlanOf(experiment).Snapshots.ShouldBe([noted]);
        (await db.ExperimentOrders.SingleAsync()).State.ShouldBe(ExperimentOrderState.Planned);
        await folds.RunAsync(orders[0] with { Fold = 5 }, default);
        await Sweep().SweepAsync(default);
        published.Others.OfType<SealFold>().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Data_that_cannot_be_sealed_fail_the_order_after_its_attempts()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var bench = await Bench.StartAsync(lab);
        var order = await bench.Services.GetRequiredService<ExperimentRequests>().OrderAsync(Order("mix", "mix-0"), 1, default);
        await lab.ExecuteAsync("alter table zigong.snapshot_members rename to snapshot_members_away");
        var sealing = new SnapshotSealing(lab.Source, lab.Artifacts, new StoredResults(lab.Artifacts), bench.Services.GetRequiredService<Encoders>());
        var folds = new FoldSealing(lab.Source, sealing, bench.Services.GetRequiredService<IBus>(), lab.Options, NullLogger<FoldSealing>.Instance);
        await using var db = lab.NewContext();

        await folds.RunAsync(new SealFold(order, 0), default);
        (await ExperimentReading.OrderAsync(db, order, default)).State.ShouldBe(ExperimentOrderState.Open);
        await folds.RunAsync(new SealFold(order, 0), default);

        var failed = await ExperimentReading.OrderAsync(db, order, default);
        (failed.State, failed.Failure!.Input).ShouldBe((ExperimentOrderState.Failed, false));
        failed.Failure.Reason.ShouldContain("could not be sealed: PostgresException");
    }

    [Fact]
    public async Task Arms_begin_in_order_and_the_experiment_is_done_with_the_last()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(2, "mix-0", "mix-100");
        await using var _ = lab;
        await using var _bench = bench;

        await sweep.SweepAsync(default);
        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Running", "mix-0 8 Running"], "the first of each seed");
        await sweep.SweepAsync(default);
        (await ArmsAsync(lab)).Count.ShouldBe(2, "no more than may be under way");
        await EndAsync(lab, "Completed");
        await sweep.SweepAsync(default);
        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Completed", "mix-0 8 Completed", "mix-100 7 Running", "mix-100 8 Running"]);
        (await StateAsync(lab, id)).ShouldBe(ExperimentState.Running);
        await EndAsync(lab, "Completed");
        await sweep.SweepAsync(default);
        (await StateAsync(lab, id)).ShouldBe(ExperimentState.Done);
    }

    [Fact]
    public async Task A_failed_run_ends_it_with_the_reason_and_asked_for_again_it_goes_on_with_that_run()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(1, "mix-0");
        await using var _ = lab;
        await using var _bench = bench;
        await sweep.SweepAsync(default);
        await EndAsync(lab, "Completed");
        await sweep.SweepAsync(default);
        await EndAsync(lab, "Failed");
        const string Failure = """{"Stage": "Tuning", "FailedUnit": "slice-0001", "Reason": "no space", "Input": false}""";
        await lab.ExecuteAsync($"update zigong.runs set failure = '{Failure}' where status = 'Failed'");

        await sweep.SweepAsync(default);

        await using var db = lab.NewContext();
        var details = await ExperimentReading.DetailsAsync(db, await db.Experiments.SingleAsync(), default);
        details.Experiment.State.ShouldBe(ExperimentState.Failed);
        details.Failure!.Reason.ShouldContain("(mix-0, seed 8) failed in stage Tuning, unit slice-0001: no space");
        details.Failure.RunId.ShouldBe(details.Runs.Single(r => r.Seed == 8).RunId);

        (await ExperimentStore.StartAsync(db, ExperimentStore.PlanOf(await db.Experiments.SingleAsync()), 1, default)).ShouldBe(id);
        await sweep.SweepAsync(default);
        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Completed", "mix-0 8 Running"]);
        var again = await ExperimentReading.DetailsAsync(db, await db.Experiments.SingleAsync(), default);
        (again.Experiment.State, again.Failure, again.Runs.Single(r => r.Seed == 8).RunId).ShouldBe((ExperimentState.Running, null, details.Failure.RunId));
    }

    [Fact]
    public async Task Cancelling_one_ends_its_runs_but_not_those_that_another_needs()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(2, "mix-0", "mix-100");
        await using var _ = lab;
        await using var _bench = bench;
        await using var db = lab.NewContext();
        var snapshot = await db.Snapshots.SingleAsync();
        await ExperimentStore.StartAsync(db, ExperimentPlanner.Plan(Order("mix", "mix-0") with { Seeds = 1 }, [snapshot]), 1, default);
        await sweep.SweepAsync(default);
        var experiments = bench.Services.GetRequiredService<ExperimentCancelling>();

        await experiments.CancelAsync(id, "wrong table", "me", default);

        (await StateAsync(lab, id)).ShouldBe(ExperimentState.Cancelled);
        (await db.Runs.Where(r => r.Kind == RunKind.Experiment).OrderBy(r => r.RunId).Select(r => r.Status).ToListAsync())
            .ShouldBe([RunStatus.Running, RunStatus.Cancelled], "that of seed 7 is the other experiment's too");
        (await db.Audit.Where(a => a.Actor == "me").OrderBy(a => a.AuditId).Select(a => a.Action).ToListAsync()).ShouldBe(["cancel-experiment", "cancel"]);
        await sweep.SweepAsync(default);
        (await db.Runs.CountAsync(r => r.Kind == RunKind.Experiment)).ShouldBe(2, "nothing of it begins any more");
    }

    [Fact]
    public async Task A_cancel_that_was_cut_off_between_two_runs_is_finished_by_asking_again()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(2, "mix-0");
        await using var _ = lab;
        await using var _bench = bench;
        await sweep.SweepAsync(default);
        await lab.ExecuteAsync(
            """
            update zigong.experiments set state = 'Cancelled', finished_at = now();
            update zigong.runs set status = 'Cancelled' where run_id = (select min(run_id::text)::uuid from zigong.experiment_arms)
            """);
        var experiments = bench.Services.GetRequiredService<ExperimentCancelling>();

        await experiments.CancelAsync(id, "wrong table", "me", default);
        await experiments.CancelAsync(id, "wrong table", "me", default);

        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Cancelled", "mix-0 8 Cancelled"]);
        await using var db = lab.NewContext();
        (await db.Audit.Where(a => a.Actor == "me").Select(a => a.Action).ToListAsync()).ShouldBe(["cancel"], "the experiment's own was noted by the first");
        foreach (var state in (ExperimentState[])[ExperimentState.Done, ExperimentState.Failed])
        {
            await lab.ExecuteAsync($"update zigong.experiments set state = '{state}'");
            (await Should.ThrowAsync<InputException>(() => experiments.CancelAsync(id, "", "me", default))).Message.ShouldContain("is not running");
        }
    }

    [Fact]
    public async Task No_sweep_begins_while_the_runs_of_a_cancelled_one_are_being_ended()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(1, "mix-0");
        await using var _ = lab;
        await using var _bench = bench;
        await sweep.SweepAsync(default);
        Task ending;
        await using (var db = lab.NewContext())
        await using (await db.Database.BeginTransactionAsync())
        {
            // Whoever wants to end the run waits.
            await db.Database.ExecuteSqlRawAsync("select 1 from zigong.runs for update");
            ending = bench.Services.GetRequiredService<ExperimentCancelling>().CancelAsync(id, "", "me", default);
            await lab.UntilAsync(async look => await look.Experiments.SingleOrDefaultAsync(e => e.State == ExperimentState.Cancelled), "the first half");

            (await FreeAsync(lab)).ShouldBe(0);
        }

        await ending;
        (await FreeAsync(lab)).ShouldBe(1);
        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Cancelled"]);
    }

    [Fact]
    public async Task An_open_order_is_cancelled_by_its_beginning_and_its_follower_ends_and_a_planned_one_ends_its_experiment()
    {
        var (lab, bench, id, sweep) = await PlannedAsync(1, "mix-0");
        await using var _ = lab;
        await using var _bench = bench;
        var (asking, ending) = (bench.Services.GetRequiredService<ExperimentRequests>(), bench.Services.GetRequiredService<ExperimentCancelling>());
        var order = await asking.OrderAsync(Order("mix", "mix-100"), 1, default);
        await using var db = lab.NewContext();
        (await ExperimentStore.FindOrderAsync(db, $"{order}"[..18].ToUpperInvariant(), default)).OrderId.ShouldBe(order);
        (await Should.ThrowAsync<InputException>(() => ExperimentStore.FindOrderAsync(db, "00000000-", default)))
            .Message.ShouldContain("no experiment was ordered");

        (await ending.CancelOrderAsync(order, "paused", "me", default)).ShouldBeNull();
        (await ending.CancelOrderAsync(order, "paused", "me", default)).ShouldBeNull("twice is once");

        (await db.Audit.SingleAsync(a => a.Actor == "me")).ShouldSatisfyAllConditions(
            a => (a.Action, a.Target).ShouldBe(("cancel-experiment-order", $"{order}")), a => a.Details.ShouldContain("paused"));
        await new OrderPlanning(lab.Source, bench.Services.GetRequiredService<IBus>(), lab.Options, TimeProvider.System, NullLogger<OrderPlanning>.Instance)
            .SweepAsync(default);
        (await db.Experiments.CountAsync()).ShouldBe(1, "nothing comes of it");
        var (experiments, screen) = (new LocalExperiments(lab.NewContext, TimeProvider.System), new Screen(TextWriter.Null, TextWriter.Null));
        var follower = new ExperimentFollower(experiments, LocalExperiments.Between, screen, TimeProvider.System);
        (await Should.ThrowAsync<RunFailedException>(() => follower.FollowAsync(order, _ => Task.CompletedTask, default)))
            .Message.ShouldContain($"the order {order} was cancelled before it became an experiment");

        await sweep.SweepAsync(default);
        await lab.ExecuteAsync($"update zigong.experiment_orders set state = 'Planned', experiment_id = '{id}'");
        (await ending.CancelOrderAsync(order, "late", "me", default)).ShouldBe(id);
        (await ArmsAsync(lab)).ShouldBe(["mix-0 7 Cancelled"]);
        await lab.ExecuteAsync("update zigong.experiment_orders set state = 'Failed', experiment_id = null");
        (await Should.ThrowAsync<InputException>(() => ending.CancelOrderAsync(order, "", "me", default))).Message.ShouldContain("nothing to cancel");
    }

    [Fact]
    public void A_command_that_leaves_names_its_own_order_or_experiment_and_never_the_latest()
    {
        var (order, experiment) = (Guid.Parse("01985f3a-6c1e-7000-8000-000000000001"), new string('a', 64));
        foreach (var known in (string?[])[null, experiment])
        {
            var own = known is null ? $"{order}" : ExperimentStore.Short(experiment);
            LeavingNotes.GoesOn(order, known).ShouldContain($"`zigong experiment cancel {own}`");
            LeavingNotes.GoesOn(order, known, " --server").ShouldContain($"`zigong experiment cancel {own} --server`");
            LeavingNotes.Stopping(order, known).ShouldContain($"`zigong experiment cancel {own}`");
            LeavingNotes.Stopping(order, known).ShouldNotContain("latest");
        }
    }

    [Fact]
    public void More_than_ten_thousand_runs_are_refused_with_the_numbers()
    {
        ExperimentPlanner.RequireFew(10, 100, 10);
        Should.Throw<InputException>(() => ExperimentPlanner.RequireFew(11, 100, 10)).Message
            .ShouldContain("11 arms × 100 seeds × 10 folds are 11,000 runs, but an experiment has at most 10,000");
    }

    [Fact]
    public async Task A_plan_of_too_many_runs_fails()
    {
        var (lab, bench, _, _) = await PlannedAsync(1, "mix-0");
        await using var _lab = lab;
        await using var _bench = bench;
        await using var db = lab.NewContext();
        var snapshot = await db.Snapshots.SingleAsync();

        Should.Throw<InputException>(
                () => ExperimentPlanner.Plan(Order("mix", "mix-0", "mix-100") with { Seeds = 100 }, [.. Enumerable.Repeat(snapshot, 51)]))
            .Message.ShouldContain("2 arms × 100 seeds × 51 folds are 10,200 runs");
    }

    [Fact]
    public async Task Those_that_an_earlier_version_left_wait_until_they_are_asked_for_again()
    {
        await using var lab = await Lab.NewAsync();
        await EarlierSchema.MakeAsync(lab.Source, "0012");
        await lab.ExecuteAsync(
            """
            insert into zigong.experiments (id, name, dataset, plan)
            select n, 'mix', 'd', '{"Arms": [{}, {}], "Seeds": [7], "Folds": 0}' from unnest(array['whole', 'half']) n;
            insert into zigong.runs (run_id, kind, dataset, descriptor, options, status, code_version)
            select gen_random_uuid(), 'experiment', 'd', '', '{}', status, '' from unnest(array['Completed', 'Completed', 'Running']) status;
            insert into zigong.experiment_arms select 'whole', 'a' || row_number() over (), 7, 0, run_id from zigong.runs where status = 'Completed';
            insert into zigong.experiment_arms
            select 'half', 'a' || row_number() over (), 7, 0, run_id from (select * from zigong.runs order by status limit 1) r
            union all select 'half', 'b', 7, 0, run_id from zigong.runs where status = 'Running'
            """);

        await PipelineDatabase.MigrateAsync(lab.Source, default);

        await using var db = lab.NewContext();
        (await db.Experiments.OrderBy(e => e.Id).Select(e => e.State).ToListAsync()).ShouldBe([ExperimentState.Cancelled, ExperimentState.Done]);
    }

    private static IReadOnlyList<string> Small =>
        [.. RunOptionsReader.Changes(new RunOptions(), Lab.Small).Select(name => RunOptionsReader.Assignment(Lab.Small, name))];

    private static ExperimentOrder Order(string name, params string[] arms) => new(name, Borrowers.Descriptor, Small, 1, Folds: null, Full: false, arms);

    /// <summary>Two seeds of some arms on the snapshot of a finished run, without anybody who would work on their runs.</summary>
    private static async Task<(Lab Lab, Bench Bench, string Id, ArmBeginning Sweep)> PlannedAsync(int parallel, params string[] arms)
    {
        var (lab, _) = await Lab.FinishedAsync();
        var bench = await Bench.StartAsync(lab);
        await using var db = lab.NewContext();
        var id = await ExperimentStore.StartAsync(
            db, ExperimentPlanner.Plan(Order("mix", arms) with { Seeds = 2 }, [await db.Snapshots.SingleAsync()]), parallel, default);
        return (lab, bench, id, new ArmBeginning(lab.Source, bench.Services.GetRequiredService<ArmRuns>(), NullLogger<ArmBeginning>.Instance));
    }

    /// <summary>Ends the runs under way.</summary>
    private static Task EndAsync(Lab lab, string status) =>
        lab.ExecuteAsync($"update zigong.runs set status = '{status}', finished_at = now() where kind = 'experiment' and status = 'Running'");

    private static async Task<List<string>> ArmsAsync(Lab lab)
    {
        await using var db = lab.NewContext();
        return await db.ExperimentArms.Join(db.Runs, a => a.RunId, r => r.RunId, (a, r) => new { a.Arm, a.Seed, r.Status })
            .OrderBy(a => a.Arm).ThenBy(a => a.Seed).Select(a => $"{a.Arm} {a.Seed} {a.Status}").ToListAsync();
    }

    /// <summary>1 where a sweep may begin.</summary>
    private static Task<long> FreeAsync(Lab lab) =>
        lab.CountAsync($"select case when pg_try_advisory_xact_lock({AdvisoryLocks.ExperimentSweeper}) then 1 else 0 end::bigint");

    private static async Task<ExperimentState> StateAsync(Lab lab, string id)
    {
        await using var db = lab.NewContext();
        return (await db.Experiments.SingleAsync(e => e.Id == id)).State;
    }
}
