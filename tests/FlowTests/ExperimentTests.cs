using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Cli;
using ZiGong.Cli.Experiments;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Files;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>Experiments share what their arms have in common, go on where they were, and leave the champion alone.</summary>
[Collection("runs")]
public sealed class ExperimentTests
{
    private static readonly string[] Costly = [nameof(Stage.Agent), nameof(Stage.Gradients), nameof(Stage.Reference), nameof(Stage.Partials)];

    [Fact]
    public async Task One_that_is_killed_half_way_goes_on_without_doing_finished_arms_again()
    {
        await using var lab = await Lab.IngestedAsync();
        var order = Order("mix", 2, "mix-0", "mix-100");
        using (var kill = new CancellationTokenSource())
        {
            var cut = RunAsync(lab, order, kill.Token);
            await lab.UntilAsync(async db => await db.Runs.CountAsync(r => r.Status == RunStatus.Completed) >= 2 ? "two" : null, "two finished arms");
            await kill.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => cut);
        }

        var finished = await FinishedUnitsAsync(lab);
        var (experiment, progress) = await RunAsync(lab, order);

        progress.Total.ShouldBe(4);
        progress.Found.ShouldBeGreaterThanOrEqualTo(2);
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(4);
        (await lab.CountAsync("select count(*) from zigong.experiments")).ShouldBe(1);
        (await FinishedUnitsAsync(lab)).Where(u => finished.ContainsKey(u.Key)).ShouldAllBe(u => finished[u.Key] == u.Value);
        var result = await ResultAsync(lab, experiment);
        result.IsComplete.ShouldBeTrue();

        // Each seed has its agent and gradients once, whatever was killed.
        await using var db = lab.NewContext();
        var computed = await db.WorkUnits.Where(u => u.Stage == nameof(Stage.Gradients) && !u.Reused).Select(u => u.Unit).ToListAsync();
        computed.ShouldBeUnique();
        computed.Count.ShouldBe((int)await lab.CountAsync("select count(*) from zigong.results where stage = 'Gradients'"));
    }

    [Fact]
    public async Task A_run_with_options_that_nobody_can_read_any_more_fails_no_experiment_on_its_snapshot()
    {
        var (lab, finished) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var bench = await Bench.StartAsync(lab);
        await using var db = lab.NewContext();
        var snapshot = await db.Snapshots.SingleAsync();
        var arms = bench.Services.GetRequiredService<ArmRuns>();
        var broken = await arms.RequireAsync(snapshot, Lab.Small, default);
        await lab.ExecuteAsync($$$"""update zigong.runs set options = '{"Agent": {"Wings": 2}}' where run_id = '{{{broken}}}'""");

        var arm = await arms.RequireAsync(snapshot, Lab.Small, default);

        arm.ShouldNotBe(broken);
        (await arms.RequireAsync(snapshot, Lab.Small, default)).ShouldBe(arm);
        (await db.Runs.CountAsync()).ShouldBe(3, $"{finished} and two arms");
    }

    [Fact]
    public async Task A_second_sweep_over_gamma_computes_no_gradients_and_shares_arms_with_the_first()
    {
        await using var lab = await Lab.IngestedAsync();
        await RunAsync(lab, Order("gamma", 1, "gamma-1", "gamma-0.5"));
        await using var db = lab.NewContext();
        var before = await db.Runs.Select(r => r.RunId).ToListAsync();

        var (experiment, progress) = await RunAsync(lab, Order("gamma", 1, "gamma-1", "gamma-0.9", "gamma-0.5"));

        progress.Found.ShouldBe(2);
        var added = await db.Runs.Where(r => !before.Contains(r.RunId)).SingleAsync();
        var units = await lab.UnitsAsync(added.RunId);
        units.Where(u => Costly.Contains(u.Stage)).ShouldAllBe(u => u.Reused);
        units.Count(u => Costly.Contains(u.Stage)).ShouldBe((await lab.UnitsAsync(before[0])).Count(u => Costly.Contains(u.Stage)));
        units.ShouldContain(u => u.Stage == nameof(Stage.Selection) && !u.Reused);
        (await ResultAsync(lab, experiment)).Comparisons.Select(c => $"{c.Arm} {c.Reference}").ShouldBe(["gamma-0.9 gamma-1", "gamma-0.5 gamma-1"]);
    }

    [Fact]
    public async Task Experiments_change_no_champion_and_announce_no_model()
    {
        var (lab, _) = await Lab.FinishedAsync();
        await using var _lab = lab;
        const string Models = "select md5(coalesce(string_agg(m::text, ',' order by model_id), '')) from zigong.models m";
        var models = await TextAsync(lab, Models);
        const string Announced = "select count(*) from zigong.pipeline_events where type in ('ModelReady', 'ModelRejected')";
        var announced = await lab.CountAsync(Announced);

        await RunAsync(lab, Order("mix", 1, "mix-0", "mix-100"));

        (await TextAsync(lab, Models)).ShouldBe(models);
        (await lab.CountAsync(Announced)).ShouldBe(announced);
        (await lab.CountAsync("select count(*) from zigong.pipeline_events where type = 'ArmMeasured'")).ShouldBe(2);
        (await lab.CountAsync("select count(*) from zigong.runs where kind = 'experiment' and status = 'Completed' and finished_at is not null")).ShouldBe(2);
    }

    [Fact]
    public async Task Arms_that_keep_the_same_samples_share_adapter_and_evaluation()
    {
        await using var lab = await Lab.IngestedAsync();

        // All of the data, once by chance and once by score: other scores' files, the same samples.
        await RunAsync(lab, Order("budget", 1, "full"));
        await RunAsync(lab, Order("mix", 1, "mix-100") with { Arms = ["mix-100"], Set = [.. Small, "Selection:Quota=None"] });
        await using var db = lab.NewContext();
        var snapshot = await db.Snapshots.SingleAsync();
        await using var host = await lab.StartAsync();
        var options = ExperimentPlanner.OptionsOf(
            ExperimentStore.PlanOf(await db.Experiments.SingleAsync(e => e.Name == "budget")),
            new PlannedRun(new PlannedArm("", "", ["Selection:Size=1", "Selection:TopShare=1"], []), 7, 0));
        var run = await host.Services.GetRequiredService<ArmRuns>().RequireAsync(snapshot, options, default);
        await lab.EndAsync(run);

        (await lab.UnitsAsync(run)).Where(u => u.Stage is nameof(Stage.Tuning) or nameof(Stage.Evaluation)).ShouldAllBe(u => u.Reused);
        (await db.Evaluations.CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task The_result_shows_each_arms_own_figures_and_what_it_kept()
    {
        await using var lab = await Lab.IngestedAsync();
        var (experiment, _) = await RunAsync(lab, Order("baseline", 1, "full", "random-50", "newest-50"));

        var result = await ResultAsync(lab, experiment);

        result.Arms.Select(a => a.Arm).ShouldBe(["full", "random-50", "newest-50"]);
        foreach (var arm in result.Arms)
        {
            var evaluated = await lab.OutcomeAsync<ModelEvaluated>(arm.Runs[0].RunId!.Value, Stage.Evaluation, "evaluation");
            arm.Metrics[Metric.Ks].Mean.ShouldBe(evaluated.Ks!.Value, 1e-12);
            arm.Metrics[Metric.Auc].Mean.ShouldBe(evaluated.Auc!.Value, 1e-12);
            arm.ClassShares.Values.Sum().ShouldBe(1, 1e-9);
        }

        var (full, random, newest) = (result.Arms[0], result.Arms[1], result.Arms[2]);
        full.Kept.ShouldBe(result.Design.Training);
        full.Overlap.ShouldBe(1);
        random.Overlap!.Value.ShouldBe(0.5, 0.01);
        newest.MeanAge!.Value.ShouldBeLessThan(random.MeanAge!.Value - 1);
        result.Comparisons.Count.ShouldBe(3);
        result.Design.Test.ShouldBe(result.Comparisons[0].N);
        result.Notes.ShouldContain(n => n.StartsWith("Capped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folds_predict_every_row_once_by_a_model_that_has_not_seen_it()
    {
        const string Applicants = """
            name: applicants
            task: credit-scoring
            format: {kind: csv}
            key: id
            fields:
              - {name: income, label: Income, kind: numeric}
              - {name: sex, label: Sex, kind: categorical, feature: false, protected: true}
            answer: {column: bad, map: {"0": good, "1": bad}}
            """;
        await using var lab = await Lab.NewAsync();
        var table = Path.Combine(lab.Folder, "applicants.csv");
        await File.WriteAllLinesAsync(
            table,
            Enumerable.Range(0, 150).Select(i => $"{i},{(i * 37 % 100) + (i % 3 == 0 ? 0 : 40)},{(i % 5 < 2 ? "f" : "m")},{(i % 3 == 0 ? 1 : 0)}")
                .Prepend("id,income,sex,bad"));
        await new FileIngestion(lab.Source, SubjectHasher.FromFile(lab.Options.SubjectKeyFile), TimeProvider.System)
            .RunAsync(DescriptorFile.Parse(Applicants, "test"), table, null, default);

        var (experiment, progress) = await RunAsync(
            lab, Order("fairness", 1, "full", "random-50") with { Descriptor = Applicants, Folds = 3, Set = [.. Small, "Snapshot:Periods=1"] });

        progress.Total.ShouldBe(6);
        var result = await ResultAsync(lab, experiment);
        (result.Design.Folds, result.Design.Test, result.Design.TestPositives).ShouldBe((3, 150, 50));
        await using var db = lab.NewContext();
        (await db.SnapshotMembers.Where(m => m.Side == Side.Test).Select(m => m.SampleId).ToListAsync()).ShouldBeUnique();
        foreach (var arm in result.Arms)
        {
            arm.Runs.Select(r => r.Fold).ShouldBe([0, 1, 2]);
            double right = 0;
            foreach (var run in arm.Runs.Select(r => r.RunId!.Value))
            {
                var snapshot = (await db.Runs.SingleAsync(r => r.RunId == run)).SnapshotId;
                var rows = await db.SnapshotMembers.CountAsync(m => m.SnapshotId == snapshot && m.Side == Side.Test);
                right += rows * (await lab.OutcomeAsync<ModelEvaluated>(run, Stage.Evaluation, "evaluation")).Accuracy!.Value;
            }

            arm.Metrics[Metric.Acc].Mean.ShouldBe(right / 150, 1e-9);
        }

        var fairness = result.Fairness.Single(f => f.Arm == "random-50");
        fairness.Groups.Select(g => (g.Group, g.Count, g.Positives)).ShouldBe([("f", 60, 20), ("m", 90, 30)]);
        fairness.Figures.Keys.ShouldBe(Enum.GetValues<FairnessFigure>(), ignoreOrder: true);
        fairness.Differences.Keys.ShouldBe(Enum.GetValues<FairnessFigure>(), ignoreOrder: true);
        fairness.Reference.ShouldBe("full");
    }

    [Fact]
    public async Task Capped_snapshots_hold_as_many_samples_and_gradients_of_no_others()
    {
        await using var lab = await Lab.IngestedAsync();
        var (experiment, _) = await RunAsync(
            lab, Order("mix", 1, "mix-0") with { Set = [.. Small, "Snapshot:MaximumTraining=90", "Snapshot:MaximumReference=20"] });

        var result = await ResultAsync(lab, experiment);

        (result.Design.Training, result.Design.Reference).ShouldBe((90, 20));
        await using var db = lab.NewContext();
        var shards = (await db.Results.Where(r => r.Stage == nameof(Stage.Gradients)).ToListAsync()).ConvertAll(r => Stored<GradientSummary>.Of(r).Summary);
        shards.GroupBy(g => g.Checkpoint).ShouldAllBe(g => g.Sum(s => s.Samples) == 110);
    }

    [Fact]
    public async Task What_the_data_do_not_allow_is_refused_before_anything_runs()
    {
        await using var lab = await Lab.IngestedAsync();

        (await Should.ThrowAsync<InputException>(() => RunAsync(lab, Order("mix", 1) with { Folds = 5 }))).Message.ShouldContain("without subjects and times");
        (await Should.ThrowAsync<InputException>(() => RunAsync(lab, Order("mix", 1, "mixx")))).Message.ShouldContain("mix-0");
        (await Should.ThrowAsync<InputException>(() => RunAsync(lab, Order("mix", 1) with { Set = ["Tuning:Steps=3"] }))).Message.ShouldContain("did you mean");
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    private static IReadOnlyList<string> Small =>
        [.. RunOptionsReader.Changes(new RunOptions(), Lab.Small).Select(name => RunOptionsReader.Assignment(Lab.Small, name))];

    private static ExperimentOrder Order(string name, int seeds, params string[] arms) =>
        new(name, Borrowers.Descriptor, Small, seeds, Folds: null, Full: false, arms);

    /// <summary>On a host of its own, as the command does it.</summary>
    private static async Task<(string Experiment, ExperimentProgress Progress)> RunAsync(Lab lab, ExperimentOrder order, CancellationToken ct = default)
    {
        await using var host = await lab.StartAsync();
        var asked = await host.Services.GetRequiredService<ExperimentRequests>().OrderAsync(order, parallel: 2, ct);
        var (experiments, screen) = (new LocalExperiments(lab.NewContext, TimeProvider.System), new Screen(TextWriter.Null, TextWriter.Null));
        var follower = new ExperimentFollower(experiments, LocalExperiments.Between, screen, TimeProvider.System);
        var progress = await follower.FollowAsync(asked, _ => Task.CompletedTask, ct);
        return (progress.Experiment, progress);
    }

    private static async Task<ExperimentResult> ResultAsync(Lab lab, string experiment)
    {
        await using var db = lab.NewContext();
        return await ExperimentResults.ReadAsync(db, lab.Artifacts, await db.Experiments.SingleAsync(e => e.Id == experiment), default);
    }

    private static async Task<Dictionary<(Guid, string, string), DateTimeOffset?>> FinishedUnitsAsync(Lab lab)
    {
        await using var db = lab.NewContext();
        var completed = db.Runs.Where(r => r.Status == RunStatus.Completed).Select(r => r.RunId);
        return await db.WorkUnits.Where(u => completed.Contains(u.RunId)).ToDictionaryAsync(u => (u.RunId, u.Stage, u.Unit), u => u.FinishedAt);
    }

    private static async Task<string> TextAsync(Lab lab, string sql)
    {
        await using var command = lab.Source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
