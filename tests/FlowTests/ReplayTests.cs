using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Stages done again: the dry run says what will happen, and the bytes are the same.</summary>
[Collection("runs")]
public sealed class ReplayTests
{
    public static TheoryData<Stage> Stages => [.. StageCatalogue.Of(RunKind.Full).Select(s => s.Stage)];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_replay_recomputes_what_its_dry_run_says_and_ends_with_the_same_bytes(Stage from)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        var before = await lab.UnitsAsync(run);
        await using var host = await lab.StartAsync();
        var standing = await lab.StandingAsync();

        var plan = await host.Operations().PlanReplayAsync(run.From(from), default);

        (await lab.StandingAsync()).ShouldBe(standing, "a dry run writes nothing");
        plan.Stages.Single(s => s.Stage == from).Recompute.ShouldBe(before.Count(u => u.Stage == from.ToString()), "every unit of the stage");
        var done = await host.Operations().ReplayAsync(run.From(from), Operators.Actor, default);
        done.Counts().ShouldBe(plan.Counts());
        (done.RunId, done.Child, done.Generation).ShouldBe((run, false, 2));
        await lab.EndAsync(run);

        (await lab.CountsAsync(run, 2)).ShouldBe(plan.Counts());
        (await lab.ProductsAsync(run)).ShouldBe(expected);
        (await lab.UnitsAsync(run)).ShouldAllBe(u => u.State == UnitState.Done);
        var note = (await lab.AuditAsync()).ShouldHaveSingleItem();
        (note.Actor, note.Action, note.Target).ShouldBe((Operators.Actor, "replay", $"{run}"));
        note.Details.ShouldContain($"\"{from}\"");
    }

    [Fact]
    public async Task A_changed_share_makes_a_child_that_reuses_all_before_the_selection()
    {
        var (lab, parent) = await Lab.FinishedAsync();
        await using var _ = lab;
        var first = await lab.ProductsAsync(parent);
        var parentUnits = (await lab.UnitsAsync(parent)).Select(u => (u.Stage, u.Unit, u.State, u.FinishedAt)).ToList();
        await using var host = await lab.StartAsync();
        var request = parent.From(Stage.Selection, UnitChoice.All, "Selection:TopShare=0.6");

        var plan = await host.Operations().PlanReplayAsync(request, default);
        (plan.Child, plan.RunId).ShouldBe((true, null));
        var child = (await host.Operations().ReplayAsync(request, Operators.Actor, default)).RunId!.Value;
        await lab.EndAsync(child);

        var counts = await lab.CountsAsync(child, 1);
        counts.ShouldBe(plan.Counts());
        counts.Where(c => c.Stage is >= Stage.Snapshot and < Stage.Scores).ShouldAllBe(c => c.Computed == 0 && c.Reused > 0);
        counts.Single(c => c.Stage == Stage.Gradients).Reused.ShouldBe(12, "three training and three reference shards at two checkpoints");
        counts.Where(c => c.Stage >= Stage.Selection).ShouldAllBe(c => c.Computed > 0 && c.Reused == 0);
        (await lab.ProductsAsync(child)).Selection.ShouldNotBe(first.Selection);
        (await lab.UnitsAsync(parent)).Select(u => (u.Stage, u.Unit, u.State, u.FinishedAt)).ShouldBe(parentUnits, "the parent stays as it is");
        await using var db = lab.NewContext();
        var row = await db.Runs.SingleAsync(r => r.RunId == child);
        (row.Kind, row.ParentRun, row.SnapshotId).ShouldBe((RunKind.Replay, parent, (await db.Snapshots.SingleAsync()).SnapshotId));
        (await db.PipelineEvents.CountAsync(e => e.RunId == child && e.Type == nameof(SnapshotSealed))).ShouldBe(1);
    }

    /// <summary>The plan rests on which stage looks at an option first; the keys of real results say whether that is so.</summary>
    [Theory]
    [InlineData(Stage.Agent, "Agent:ClipNorm=0.5")]
    [InlineData(Stage.Agent, "Agent:LearningRate=0.004")]
    [InlineData(Stage.Gradients, "Gradients:Width=128")]
    [InlineData(Stage.Reference, "TracSeq:Reference=Mean")]
    [InlineData(Stage.Reference, "TracSeq:Curvature=EmpiricalFisher")]
    [InlineData(Stage.Partials, "TracSeq:Similarity=Dot")]
    [InlineData(Stage.Scores, "TracSeq:Gamma=0.5")]
    [InlineData(Stage.Dataset, "Templating:Form=Description")]
    [InlineData(Stage.Tuning, "Tuning:SliceSteps=5")]
    [InlineData(Stage.Evaluation, "Evaluation:Resamples=200")]
    [InlineData(Stage.Agent, "Selection:Size=0.4")]
    public async Task A_child_computes_what_its_dry_run_says(Stage from, string change)
    {
        var (lab, parent) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await lab.StartAsync();

        var plan = await host.Operations().PlanReplayAsync(parent.From(from, UnitChoice.All, change), default);
        var child = (await host.Operations().ReplayAsync(parent.From(from, UnitChoice.All, change), Operators.Actor, default)).RunId!.Value;
        await lab.EndAsync(child);

        (await lab.CountsAsync(child, 1)).ShouldBe(plan.Counts());
    }

    [Fact]
    public async Task An_option_set_to_what_it_is_makes_no_child()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var bench = await Bench.StartAsync(lab);
        var plan = await bench.Operations().PlanReplayAsync(
            run.From(Stage.Selection, UnitChoice.All, $"Selection:TopShare={Lab.Small.Selection.TopShare}"), default);
        plan.Child.ShouldBeFalse();
    }

    [Theory]
    [InlineData(Stage.Selection, UnitChoice.All, "TracSeq:Gamma=0.5", "replay --from scores")]
    [InlineData(Stage.Tuning, UnitChoice.All, "Agent:ClipNorm=2", "replay --from agent")]
    [InlineData(Stage.Agent, UnitChoice.All, "Snapshot:Periods=3", "start a new run")]
    [InlineData(Stage.Snapshot, UnitChoice.All, "Seed=8", "replay --from agent")]
    [InlineData(Stage.Tuning, UnitChoice.All, "Tuning:Base=/no/such/folder", "Tuning:Base")]
    [InlineData(Stage.Tuning, UnitChoice.All, "Tuning:Nonsense=1", "there is no option")]
    [InlineData(Stage.Gradients, UnitChoice.Failed, null, "no failed unit")]
    [InlineData(Stage.Gradients, UnitChoice.Missing, null, "nothing is missing")]
    public async Task A_replay_that_cannot_be_is_refused_with_what_to_do_instead(Stage from, UnitChoice units, string? set, string message)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var bench = await Bench.StartAsync(lab);
        var standing = await lab.StandingAsync();

        var e = await Should.ThrowAsync<InputException>(
            () => bench.Operations().ReplayAsync(run.From(from, units, set is null ? [] : [set]), Operators.Actor, default));

        e.Message.ShouldContain(message);
        (await lab.StandingAsync()).ShouldBe(standing);
    }

    [Fact]
    public async Task A_replay_past_an_unfinished_stage_is_refused_and_names_that_stage()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync(
            "delete from zigong.work_units where stage = 'Partials' and unit = (select max(unit) from zigong.work_units where stage = 'Partials')");
        await using var bench = await Bench.StartAsync(lab);
        var e = await Should.ThrowAsync<InputException>(() => bench.Operations().PlanReplayAsync(run.From(Stage.Selection), default));
        e.Message.ShouldContain("replay --from partials --units missing");
    }

    [Fact]
    public async Task Missing_means_the_units_whose_files_are_gone_and_no_others()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        var gone = (await lab.UnitsAsync(run)).Where(u => u.Stage == nameof(Stage.Gradients)).Take(2).ToList();
        foreach (var unit in gone)
        {
            File.Delete(await lab.Artifacts.RequireAsync(await lab.ContentAsync(unit), default));
        }

        await using var host = await lab.StartAsync();
        var plan = await host.Operations().PlanReplayAsync(run.From(Stage.Gradients, UnitChoice.Missing), default);
        plan.Stages.Single(s => s.Stage == Stage.Gradients).ShouldSatisfyAllConditions(
            s => s.Recompute.ShouldBe(2), s => s.Kept.ShouldBe(10), s => s.Open.ShouldBe(0));
        await host.Operations().ReplayAsync(run.From(Stage.Gradients, UnitChoice.Missing), Operators.Actor, default);
        await lab.EndAsync(run);

        (await lab.CountsAsync(run, 2)).ShouldBe(plan.Counts());
        (await lab.UnitsAsync(run)).Where(u => u.Stage == nameof(Stage.Gradients) && u.Generation == 2).Select(u => u.Unit).ShouldBe(gone.Select(u => u.Unit));
        (await lab.ProductsAsync(run)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_training_whose_later_slice_is_lost_goes_on_from_the_slice_before()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        var slices = (await lab.UnitsAsync(run)).Where(u => u.Stage == nameof(Stage.Agent)).ToList();
        Directory.Delete(lab.Artifacts.FolderPath(await lab.ContentAsync(slices[1])), recursive: true);
        await using var host = await lab.StartAsync();

        var plan = await host.Operations().PlanReplayAsync(run.From(Stage.Agent, UnitChoice.Missing), default);
        plan.Stages.Single(s => s.Stage == Stage.Agent).ShouldSatisfyAllConditions(s => s.Recompute.ShouldBe(slices.Count - 1), s => s.Kept.ShouldBe(1));
        await host.Operations().ReplayAsync(run.From(Stage.Agent, UnitChoice.Missing), Operators.Actor, default);
        await lab.EndAsync(run);

        (await lab.CountsAsync(run, 2)).ShouldBe(plan.Counts());
        (await lab.ProductsAsync(run)).ShouldBe(expected);
    }

    [Fact]
    public async Task The_champion_can_be_evaluated_again()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync("update zigong.models set state = 'champion'");
        await using var host = await lab.StartAsync();

        await host.Operations().ReplayAsync(run.From(Stage.Evaluation), Operators.Actor, default);
        await lab.EndAsync(run);

        await using var db = lab.NewContext();
        var model = await db.Models.SingleAsync();
        var evaluation = await db.Evaluations.SingleAsync(e => e.Champion == model.ModelId);
        model.State.ShouldBe(evaluation.Passed ? ModelState.Champion : ModelState.Rejected, evaluation.Report);
        var verdicts = await db.PipelineEvents.Where(e => e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)).OrderBy(e => e.Sequence)
            .ToListAsync();
        verdicts.Select(v => v.Generation).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Late_messages_of_the_old_generation_change_nothing()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var bench = await Bench.StartAsync(lab);
        await using (var host = await lab.StartAsync())
        {
            await host.Operations().ReplayAsync(run.From(Stage.Tuning), Operators.Actor, default);
            await lab.EndAsync(run);
        }

        // Even under way again: what counts is the generation.
        await bench.Operations().ReplayAsync(run.From(Stage.Gradients), Operators.Actor, default);
        var standing = await lab.StandingAsync();
        var gradients = Units.Pair("c", "s");
        (IRunMessage Message, UnitKey Unit)[] late =
        [
            (new RunRequested(run, 2), new UnitKey(Stage.Snapshot, "snapshot")),
            (new ExtractShard(run, 2, "c", "s"), new UnitKey(Stage.Gradients, gradients)),
            (new ExtractShard(run, 1, "c", "s"), new UnitKey(Stage.Gradients, gradients)),
            (new TuneAdapterSlice(run, 1, 1), new UnitKey(Stage.Tuning, Units.Slice(1))),
        ];
        foreach (var (message, unit) in late)
        {
            await bench.Stages.RunAsync(message, unit, (_, _) => throw new InvalidOperationException("nobody may work on it"), default);
        }

        (await lab.StandingAsync()).ShouldBe(standing);
    }
}
