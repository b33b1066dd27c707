using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Page;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline.Operations;

public sealed class ReplayPlannerTests
{
    private static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    // Two periods of 5 and 3 steps in slices of 2: three slices and two.
    private static readonly RunOptions Options = new()
    {
        Agent = new AgentOptions { BatchSize = 10, MinimumSteps = 0, SliceSteps = 2 },
        Tuning = new TuningOptions { BatchSize = 10, MinimumSteps = 0, Epochs = 1, SliceSteps = 3 },
    };

    [Fact]
    public void Slices_are_counted_from_where_the_kept_ones_ended()
    {
        var facts = Facts([AgentSlice(0, 0, 2), AgentSlice(1, 0, 4), AgentSlice(2, 1, 0, "c1")]);
        facts.Whole(Stage.Agent).ShouldBe(5);
        facts.SlicesAfter(Stage.Agent, 1).ShouldBe(4);
        facts.SlicesAfter(Stage.Agent, 2).ShouldBe(3);
        facts.SlicesAfter(Stage.Agent, 3).ShouldBe(2);
        facts.Whole(Stage.Tuning).ShouldBe(2, "40 kept of 80 in batches of 10, three steps a slice");
    }

    [Fact]
    public void A_lost_slice_takes_all_after_it_along()
    {
        var facts = Facts([AgentSlice(0, 0, 2), AgentSlice(1, 0, 4), AgentSlice(2, 1, 0, "c1")]);
        var chosen = ReplayPlanner.Choose(facts, Stage.Agent, UnitChoice.Missing, new HashSet<string> { Units.Slice(1) });
        chosen.Kept.ShouldBe([Units.Slice(0)]);
        chosen.Forced.ShouldBeTrue();
        ReplayPlanner.SameRun(facts, Stage.Agent, chosen)[(int)Stage.Agent].ShouldSatisfyAllConditions(
            p => p.Recompute.ShouldBe(4), p => p.Kept.ShouldBe(1), p => p.Open.ShouldBe(0));
    }

    [Fact]
    public void A_training_that_was_cut_off_goes_on_without_force()
    {
        var facts = Facts([AgentSlice(0, 0, 2)]);
        var chosen = ReplayPlanner.Choose(facts, Stage.Agent, UnitChoice.Missing, Nothing);
        chosen.Forced.ShouldBeFalse();
        ReplayPlanner.SameRun(facts, Stage.Agent, chosen)[(int)Stage.Agent].ShouldSatisfyAllConditions(
            p => p.Recompute.ShouldBe(0), p => p.Kept.ShouldBe(1), p => p.Open.ShouldBe(4));
    }

    [Fact]
    public void Failed_units_that_lie_elsewhere_are_named()
    {
        var facts = Facts([AgentSlice(0, 0, 2), Row(Stage.Agent, Units.Slice(1), UnitState.Failed, null)]);
        Should.Throw<InputException>(() => ReplayPlanner.Choose(facts, Stage.Snapshot, UnitChoice.Failed, Nothing)).Message
            .ShouldContain("failed units are in agent");
    }

    [Fact]
    public void A_run_without_a_snapshot_can_be_replayed_from_there_and_have_no_child()
    {
        var facts = new RunFacts(Run(), null, [], Options);
        ReplayPlanner.SameRun(facts, Stage.Snapshot, ReplayPlanner.Choose(facts, Stage.Snapshot, UnitChoice.All, Nothing))[0].Recompute.ShouldBe(1);
        Should.Throw<InputException>(() => ReplayPlanner.SameRun(facts, Stage.Agent, ReplayPlanner.Choose(facts, Stage.Agent, UnitChoice.All, Nothing)))
            .Message.ShouldContain("replay --from snapshot");
        Should.Throw<InputException>(() => ReplayPlanner.Child(facts, Stage.Selection, UnitChoice.All, ["Selection:Size"])).Message
            .ShouldContain("no snapshot yet");
    }

    private static RunFacts Facts(IReadOnlyList<WorkUnitRow> slices)
    {
        var snapshot = new SnapshotRow
        {
            SnapshotId = "s", Periods = """[{"Name":"a","Time":1,"Samples":50},{"Name":"b","Time":2,"Samples":30}]""",
            TrainingShards = ["t1", "t2"], ReferenceShards = ["r1"], Training = 80,
        };
        var done = Row(Stage.Snapshot, "snapshot", UnitState.Done, new SnapshotSealed(Id, 1, "s", 80, 10, 10, 3));
        return new RunFacts(Run(), snapshot, [done, .. slices], Options);
    }

    private static RunRow Run() => new() { RunId = Id, Options = RunOptionsReader.Write(Options), Status = RunStatus.Failed, CodeVersion = CodeVersions.Made };

    private static WorkUnitRow AgentSlice(int slice, int period, int step, string checkpoint = "") =>
        Row(Stage.Agent, Units.Slice(slice), UnitState.Done, new AgentSliceTrained(Id, 1, slice, checkpoint, "state", period, step, Last: false));

    private static WorkUnitRow Row(Stage stage, string unit, UnitState state, object? outcome) =>
        new()
        {
            RunId = Id, Stage = stage.ToString(), Unit = unit, State = state,
            Output = outcome is null ? null : JsonSerializer.Serialize(outcome, outcome.GetType()),
        };
}
