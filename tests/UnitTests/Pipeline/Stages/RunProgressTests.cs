using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli.Runs;
using ZiGong.Contracts;
using ZiGong.Pipeline.Stages;
using ZiGong.Reports.Runs;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline.Stages;

public sealed class RunProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunShape Shape = new(Checkpoints: 2, TrainingShards: 8, GradientShards: 10, TuningSlices: 3);

    private static WorkUnitRow Done(Stage stage, string unit, double from, double to, string? output = null, bool reused = false) => new()
    {
        Stage = stage.ToString(), Unit = unit, State = UnitState.Done, StartedAt = Start.AddSeconds(from), FinishedAt = Start.AddSeconds(to), Output = output,
        Reused = reused,
    };

    private static WorkUnitRow Leased(Stage stage, string unit, double from, double done, double total) => new()
    {
        Stage = stage.ToString(), Unit = unit, State = UnitState.Leased, StartedAt = Start.AddSeconds(from), Done = done, Total = total,
    };

    private static StageProgress Of(Stage stage, double now, params WorkUnitRow[] units) =>
        RunProgress.Of(Shape, units, Start.AddSeconds(now)).Single(s => s.Stage == stage);

    [Fact]
    public void Every_stage_of_the_run_is_listed_in_order_from_the_start() =>
        RunProgress.Of(Shape, [], Start).Select(s => s.Stage).ShouldBe(Enum.GetValues<Stage>().Except([Stage.Pieces, Stage.Fidelity]));

    [Fact]
    public void A_fidelity_run_has_stages_of_its_own_and_counts_the_pieces_of_its_plan()
    {
        var shape = new RunShape(0, 0, 0, 0) { Kind = RunKind.Fidelity, Pieces = 4 };
        var stages = RunProgress.Of(shape, [Done(Stage.Pieces, "agents-00000", 0, 4), Leased(Stage.Pieces, "agents-00001", 2, 1, 2)], Start.AddSeconds(5));

        stages.Select(s => (s.Stage, s.Done, s.Total, s.Noun)).ShouldBe([(Stage.Pieces, 1.5, 4, "pieces"), (Stage.Fidelity, 0, 1, "units")]);
    }

    [Fact]
    public void Gradients_count_checkpoints_times_shards_of_both_sides()
    {
        var progress = Of(
            Stage.Gradients, 10, Done(Stage.Gradients, "c/1", 0, 4), Done(Stage.Gradients, "c/2", 0, 5), Leased(Stage.Gradients, "c/3", 5, 512, 1024));

        progress.Total.ShouldBe(20);
        progress.Done.ShouldBe(2.5);
        progress.Rate!.Value.ShouldBe(0.25, 1e-9);
        progress.Remaining!.Value.TotalSeconds.ShouldBe(70, 1e-6);
        progress.Work.ShouldBe(9, 1e-9);
        progress.Finished.ShouldBeFalse();
    }

    [Fact]
    public void A_finished_stage_stops_its_clock()
    {
        var progress = Of(Stage.Snapshot, 500, Done(Stage.Snapshot, "snapshot", 1, 4));

        progress.Finished.ShouldBeTrue();
        progress.Elapsed.TotalSeconds.ShouldBe(3);
        progress.Remaining.ShouldBeNull();
    }

    [Fact]
    public void The_agent_counts_checkpoints_not_slices()
    {
        string Slice(int slice, string checkpoint, bool last) =>
            JsonSerializer.Serialize(
                new { RunId = Guid.Empty, Generation = 1, Slice = slice, Checkpoint = checkpoint, Last = last, State = "", Period = 0, Step = 0 });

        Of(
            Stage.Agent, 9, Done(Stage.Agent, "slice-0000", 0, 3, Slice(0, "", false)),
            Done(Stage.Agent, "slice-0001", 3, 6, Slice(1, "abc", false))).Done.ShouldBe(1);

        // Periods without enough samples may leave fewer checkpoints than planned: the last slice ends the stage.
        Of(Stage.Agent, 9, Done(Stage.Agent, "slice-0000", 0, 3, Slice(0, "abc", true))).Finished.ShouldBeTrue();
    }

    [Fact]
    public void A_reused_adapter_finishes_the_tuning_in_its_first_slice()
    {
        var output = JsonSerializer.Serialize(new AdapterSliceTrained(Guid.Empty, 1, 0, "", 150, 0.3, "hash", "file:///adapter"));

        var progress = Of(Stage.Tuning, 9, Done(Stage.Tuning, "slice-0000", 0, 1, output, reused: true));

        progress.Finished.ShouldBeTrue();
        progress.Reused.ShouldBe(1);
    }

    [Fact]
    public void Nothing_is_foretold_before_there_is_anything_to_tell()
    {
        var progress = Of(Stage.Partials, 5);

        progress.Started.ShouldBeFalse();
        progress.Rate.ShouldBeNull();
        progress.Remaining.ShouldBeNull();
    }

    [Fact]
    public void Before_the_snapshot_totals_are_unknown_and_nothing_counts_as_finished()
    {
        var stages = RunProgress.Of(new RunShape(0, 0, 0, 0), [], Start);

        stages.Single(s => s.Stage == Stage.Gradients).Finished.ShouldBeFalse();
        stages.ShouldAllBe(s => !s.Finished);
    }

    [Fact]
    public void A_stage_whose_unit_is_under_way_is_not_finished_however_much_of_it_is_done()
    {
        var progress = Of(Stage.Evaluation, 60, Leased(Stage.Evaluation, "evaluation", 0, 31, 31));

        progress.Finished.ShouldBeFalse();
        progress.Done.ShouldBe(0.99);
    }

    [Fact]
    public void The_line_names_what_is_under_way_with_rate_and_time_left()
    {
        var stages = RunProgress.Of(
            Shape, [Done(Stage.Snapshot, "snapshot", 0, 1), Done(Stage.Gradients, "c/1", 0, 10), Leased(Stage.Gradients, "c/2", 0, 1, 1000)],
            Start.AddSeconds(10));

        ProgressText.Line(stages).ShouldBe("Gradients 1.0/20 shards, 6/min, 190 s left".Replace("190 s", "3 min 09 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Between_stages_the_line_counts_them() =>
        ProgressText.Line(RunProgress.Of(Shape, [Done(Stage.Snapshot, "snapshot", 0, 1)], Start.AddSeconds(2))).ShouldBe("1 of 11 stages done");
}
