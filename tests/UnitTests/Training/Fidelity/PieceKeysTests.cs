using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Training.Fidelity;
using ZiGong.UnitTests.Influence.Fidelity;

namespace ZiGong.UnitTests.Training.Fidelity;

public sealed class PieceKeysTests
{
    private static readonly RunOptions Options = new();
    private static readonly FidelityPlan Plan = FidelityScenario.Plan(Enum.GetValues<FidelityMeasure>());

    [Theory]
    [InlineData("Agent:SliceSteps=7", "", "")]
    [InlineData("Tuning:SliceSteps=7", "", "")]
    [InlineData("Selection:Size=0.2", "", "")]
    [InlineData("Agent:Epochs=2", "agents-00001", "flipped-agents-00003")]
    [InlineData("Gradients:MicroBatch=3", "agents-00001", "")]
    [InlineData("TracSeq:Damping=0.5", "agents-00001", "")]
    [InlineData("Tuning:Rank=2", "subsets-00001", "")]
    [InlineData("Tuning:ClipNorm=0.5", "subsets-00001", "")]
    [InlineData("Agent:ClipNorm=0.5", "agents-00001", "flipped-agents-00003")]
    public void A_key_holds_what_shapes_the_outcome_and_nothing_else(string assignment, string first, string second)
    {
        var changed = RunOptionsReader.Set(Options, assignment);
        foreach (var unit in new[] { "agents-00001", "subsets-00001", "flipped-agents-00003" })
        {
            var differs = unit == first || unit == second;
            (Key(Plan, unit, changed) != Key(Plan, unit, Options)).ShouldBe(differs, unit);
        }
    }

    [Fact]
    public void No_two_pieces_share_a_key()
    {
        var units = FidelityPieces.GroupsOf(Plan).SelectMany(g => g.Units).ToList();
        units.Select(u => Key(Plan, u, Options)).ShouldBeUnique();
        units.ShouldAllBe(u => PieceKeys.Of(Plan, FidelityPieces.Of(Plan, Options, u), Options, "another base") != Key(Plan, u, Options));
    }

    [Fact]
    public void What_else_is_measured_does_not_matter() =>
        Key(FidelityScenario.Plan(FidelityMeasure.Lds), "subsets-00003", Options).ShouldBe(Key(Plan, "subsets-00003", Options));

    private static string Key(FidelityPlan plan, string unit, RunOptions options) =>
        PieceKeys.Of(plan, FidelityPieces.Of(plan, Options, unit), options, "base");
}
