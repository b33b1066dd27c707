using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline;

/// <summary>What comes next in a fidelity run: pieces in any order, then the figures.</summary>
public sealed class FidelityMessagesTests
{
    private static readonly Guid Id = RunScenario.Id;
    private static readonly RunPlan Plan = new("plan", [new PieceGroup("agents", 1), new PieceGroup("subsets", 2)]);

    [Fact]
    public void A_new_run_orders_every_piece_in_the_order_of_the_plan() =>
        NextMessages.Of(Run()).ShouldBe(
            [new TrainPiece(Id, 4, "agents-00000"), new TrainPiece(Id, 4, "subsets-00000"), new TrainPiece(Id, 4, "subsets-00001")]);

    [Fact]
    public void What_is_done_is_not_ordered_again_and_a_piece_that_is_done_orders_nothing()
    {
        var run = Run("subsets-00000");
        NextMessages.Of(run).ShouldBe([new TrainPiece(Id, 4, "agents-00000"), new TrainPiece(Id, 4, "subsets-00001")]);
        NextMessages.EnabledBy(run, new UnitKey(Stage.Pieces, "subsets-00000")).ShouldBeEmpty();
    }

    [Fact]
    public void The_last_piece_orders_the_figures_whichever_it_is()
    {
        var run = Run("agents-00000", "subsets-00000", "subsets-00001");
        NextMessages.Of(run).ShouldBe([new MeasureFidelity(Id, 4)]);
        NextMessages.EnabledBy(run, new UnitKey(Stage.Pieces, "agents-00000")).ShouldBe([new MeasureFidelity(Id, 4)]);
    }

    [Fact]
    public void After_the_figures_and_in_a_run_that_is_over_nothing_is_left()
    {
        var run = Run("agents-00000", "subsets-00000", "subsets-00001");
        NextMessages.Of(RunScenario.Done(run, new UnitKey(Stage.Fidelity, "fidelity"), new FidelityMeasured(Id, 4, 3, "result"))).ShouldBeEmpty();
        NextMessages.Of(Run() with { Status = RunStatus.Cancelled }).ShouldBeEmpty();
    }

    [Fact]
    public void Its_orders_name_their_units()
    {
        StageOrders.UnitOf(new TrainPiece(Id, 1, "subsets-00001")).ShouldBe(new UnitKey(Stage.Pieces, "subsets-00001"));
        StageOrders.UnitOf(new MeasureFidelity(Id, 1)).ShouldBe(new UnitKey(Stage.Fidelity, "fidelity"));
    }

    [Fact]
    public void Under_way_is_the_first_sort_of_pieces_that_is_not_done()
    {
        Plan.UnderWay(new HashSet<string>())!.Value.ShouldBe((Plan.Groups[0], 0));
        Plan.UnderWay(new HashSet<string> { "agents-00000", "subsets-00001" })!.Value.ShouldBe((Plan.Groups[1], 1));
        Plan.UnderWay(Plan.Pieces.ToHashSet()).ShouldBeNull();
    }

    [Fact]
    public void A_plan_is_the_same_in_its_column()
    {
        var read = RunPlan.Of(new RunRow { Plan = Plan.ToJson() })!;
        read.Pieces.ShouldBe(["agents-00000", "subsets-00000", "subsets-00001"]);
        (read.Artifact, read.Count).ShouldBe(("plan", 3));
        RunPlan.Of(new RunRow()).ShouldBeNull();
    }

    private static RunState Run(params string[] done) => done.Aggregate(
        new RunState(Id, 4, RunStatus.Running, [], [], new Dictionary<UnitKey, string>()) { Plan = Plan },
        (run, piece) => RunScenario.Done(run, new UnitKey(Stage.Pieces, piece)));
}
