using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Waiting;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.UnitTests.Hosting;
using ZiGong.UnitTests.Pipeline;

namespace ZiGong.UnitTests.Control;

public sealed class WaitingUnitsTests
{
    private static readonly DateTimeOffset Ordered = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunScenario Scenario = new();

    [Fact]
    public void A_new_runs_snapshot_waits_since_the_request() =>
        Of(Scenario.Start(), []).ShouldBe([(Stage.Snapshot, Ordered)]);

    [Fact]
    public void A_shard_waits_since_its_checkpoint_and_the_next_slice_since_the_one_before()
    {
        var run = Slices(2);
        Of(run, Times(run)).Distinct().ShouldBe([(Stage.Agent, At(3)), (Stage.Gradients, At(3))]);
        run = Slices(3);
        Of(run, Times(run)).Distinct().ShouldBe([(Stage.Agent, At(4)), (Stage.Gradients, At(3))], "a third slice made no checkpoint");
    }

    [Fact]
    public void Pieces_wait_since_the_order_and_the_figures_since_the_last_piece()
    {
        var run = Scenario.Start() with { Plan = new RunPlan("plan", [new PieceGroup("agents", 2)]) };
        Of(run, []).ShouldBe([(Stage.Pieces, Ordered), (Stage.Pieces, Ordered)]);
        var first = new UnitKey(Stage.Pieces, "agents-00000");
        run = RunScenario.Done(run, first);
        Of(run, new Dictionary<UnitKey, DateTimeOffset> { [first] = At(3) }).ShouldBe([(Stage.Pieces, Ordered)]);
        var second = new UnitKey(Stage.Pieces, "agents-00001");
        run = RunScenario.Done(run, second);
        Of(run, new Dictionary<UnitKey, DateTimeOffset> { [first] = At(3), [second] = At(4) }).ShouldBe([(Stage.Fidelity, At(4))]);
    }

    [Fact]
    public void What_a_worker_has_does_not_wait()
    {
        var run = Slices(4);
        var all = Of(run, Times(run));
        var held = new HashSet<UnitKey> { new(Stage.Gradients, Units.Pair("c1", "t1")) };
        WaitingUnits.Of(run, Ordered, Times(run), held).Count.ShouldBe(all.Count - 1);
    }

    [Fact]
    public void A_shard_is_to_be_scored_since_the_later_of_its_gradients_and_the_average()
    {
        var run = Scenario.UpTo(Stage.Partials);
        var times = Times(run);
        times[new UnitKey(Stage.Reference, "c1")] = At(500);
        times[new UnitKey(Stage.Gradients, Units.Pair("c2", "t1"))] = At(600);
        var waiting = Of(run, times);
        waiting.ShouldAllBe(w => w.Stage == Stage.Partials);
        waiting.Count(w => w.Since == At(500)).ShouldBe(2, "both shards at c1");
        waiting.Count(w => w.Since == At(600)).ShouldBe(1);
    }

    [Fact]
    public void After_a_replay_nothing_waits_since_before_it()
    {
        var run = Scenario.UpTo(Stage.Selection);
        WaitingUnits.Of(run, At(10_000), Times(run), new HashSet<UnitKey>()).ShouldBe([(Stage.Selection, At(10_000))]);
    }

    private static RunState Slices(int count)
    {
        var run = Scenario.DoAll(Scenario.Start(), [new RunRequested(RunScenario.Id, 1), new SnapshotSealed(RunScenario.Id, 1, "snap", 20, 5, 5, 3)]);
        return Scenario.DoAll(run, Enumerable.Range(1, count - 1).Select(slice => new TrainAgentSlice(RunScenario.Id, 1, slice)));
    }

    /// <summary>The units were finished a minute apart, in the order of the dictionary.</summary>
    private static Dictionary<UnitKey, DateTimeOffset> Times(RunState run) =>
        run.Finished.Keys.Select((unit, i) => (unit, i)).ToDictionary(u => u.unit, u => At(u.i + 1));

    private static DateTimeOffset At(int minute) => Ordered.AddMinutes(minute);

    private static IReadOnlyList<(Stage Stage, DateTimeOffset Since)> Of(RunState run, Dictionary<UnitKey, DateTimeOffset> times) =>
        WaitingUnits.Of(run, Ordered, times, new HashSet<UnitKey>());
}
