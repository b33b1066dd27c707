using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class FidelityPiecesTests
{
    private static readonly RunOptions Options = new();
    private static readonly FidelityPlan Whole = FidelityScenario.Plan(Enum.GetValues<FidelityMeasure>());

    [Fact]
    public void Groups_follow_from_what_is_asked_for()
    {
        Groups(Whole).ShouldBe([("agents", 2), ("subsets", 8), ("left-out", 10), ("flipped-agents", 4), ("sketches", 1)]);
        Groups(FidelityScenario.Plan(FidelityMeasure.Lds)).ShouldBe([("agents", 2), ("subsets", 8)]);
        Groups(FidelityScenario.Plan(FidelityMeasure.Sketch, FidelityMeasure.Flips)).ShouldBe([("flipped-agents", 4), ("sketches", 1)]);
        Groups(FidelityScenario.Plan(FidelityMeasure.Stability)).ShouldBe([("agents", 2)]);
    }

    [Fact]
    public void No_more_samples_are_left_out_than_there_are() =>
        FidelityPieces.GroupsOf(FidelityScenario.Plan(FidelityMeasure.Loo) with { Settings = FidelityScenario.Settings with { LeftOut = 1000 } })[1]
            .Count.ShouldBe(2 * (1 + 6));

    [Fact]
    public void Every_unit_is_a_piece_and_no_two_are_alike()
    {
        var units = FidelityPieces.GroupsOf(Whole).SelectMany(g => g.Units).ToList();
        units.ShouldBeUnique();
        units.Select(Text).ShouldBeUnique();
        Should.Throw<ArgumentException>(() => Of("subsets-00008")).Message.ShouldContain("no piece subsets-00008");
    }

    [Fact]
    public void A_subset_is_half_of_the_samples_and_the_same_for_every_seed()
    {
        var (first, second) = ((SubsetPiece)Of("subsets-00001"), (SubsetPiece)Of("subsets-00005"));
        (first.Seed, second.Seed).ShouldBe((1ul, 2ul));
        first.Members.ShouldBe(second.Members);
        first.Members.Select(m => m.Place).ShouldBe(FidelityPieces.Half(Whole, Options, 1));
        first.Members.Count.ShouldBe(3);
        first.Members.ShouldAllBe(m => m.Weight == 1);
    }

    [Fact]
    public void One_sample_is_left_out_in_place_and_none_in_the_first_training_of_a_seed()
    {
        var places = FidelityPieces.LeftOutPlaces(Whole, Options);
        ((SubsetPiece)Of("left-out-00005")).ShouldSatisfyAllConditions(p => p.Seed.ShouldBe(2ul), p => p.Members.ShouldAllBe(m => m.Weight == 1));
        ((SubsetPiece)Of("left-out-00007")).Members.Where(m => m.Weight == 0).Select(m => m.Place).ShouldBe([places[1]]);
    }

    [Fact]
    public void Flips_turn_a_share_of_each_class_and_the_oracle_learns_the_true_answers()
    {
        var (flipped, oracle) = ((AgentPiece)Of("flipped-agents-00001"), (AgentPiece)Of("flipped-agents-00003"));
        (flipped.Seed, oracle.Seed).ShouldBe((2ul, 2ul));
        flipped.Learned.ShouldBe(flipped.Scored);
        oracle.Learned.ShouldBe(Whole.Answers);
        oracle.Scored.ShouldBe(flipped.Scored);
        oracle.Spaces.ShouldBeEmpty();
        Whole.Answers.Zip(flipped.Learned).Where(a => a.First != a.Second).Select(a => a.First).Order().ShouldBe(["bad", "good"]);
    }

    [Fact]
    public void A_plan_is_the_same_after_it_was_stored()
    {
        var read = FidelityPlan.FromJson(Whole.ToJson());
        read.ToJson().ShouldBe(Whole.ToJson());
        read.TokensOf(read.Training[1], "bad").ShouldBe([1, 8, 4, 6, 2]);
        read.Answers.ShouldBe(["good", "bad", "good", "good", "bad", "good"]);
    }

    private static FidelityPiece Of(string unit) => FidelityPieces.Of(Whole, Options, unit);

    private static string Text(string unit) => Of(unit) switch
    {
        AgentPiece a => $"{a.Seed} {string.Join(',', a.Learned)} {string.Join(',', a.Scored)} {string.Join(',', a.Spaces)}",
        SubsetPiece s => $"{s.Seed} {string.Join(',', s.Members)}",
        var other => other.ToString(),
    };

    private static IEnumerable<(string, int)> Groups(FidelityPlan plan) => FidelityPieces.GroupsOf(plan).Select(g => (g.Name, g.Count));
}
