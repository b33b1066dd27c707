using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;

namespace ZiGong.UnitTests.Influence.Fidelity;

/// <summary>Which rules are compared, and what of them needs no gradient at all.</summary>
public sealed class ArmsTests
{
    private static readonly string[] Answers = ["good", "bad", "good"];
    private static readonly InfluenceMatrix Matrix = new(["a", "b", "c"], [1, 2, 3], ["bad", "good"], 10);

    [Fact]
    public void Arms_of_decay_are_there_where_decay_can_be_told()
    {
        var identified = Arms.Of(new TracSeqOptions { Gamma = 0.7 }, 64, decayIdentified: true);
        var not = Arms.Of(new TracSeqOptions { Gamma = 0.7 }, 64, decayIdentified: false);

        identified.Select(a => a.Name).Except(not.Select(a => a.Name)).ShouldBe(["gamma 1", "sample clock"]);
        identified.Select(a => a.Name).Distinct().Count().ShouldBe(identified.Count);
        identified.Single(a => a.Name == Arms.Default).Decay.ShouldBe(new DecayOptions(0.7));
        identified.Single(a => a.Name == "gamma 1").Decay.Gamma.ShouldBe(1);
        identified.Single(a => a.Name == "sample clock").Decay.ShouldBe(new DecayOptions(0.7, DecayClock.Sample));
    }

    [Fact]
    public void TracInCP_is_the_plain_one_of_its_paper() =>
        Arms.Of(new TracSeqOptions(), 64, true).Single(a => a.Name == "tracincp")
            .ShouldSatisfyAllConditions(
                a => a.Similarity.ShouldBe(Similarity.Dot), a => a.Decay.ShouldBe(new DecayOptions()), a => a.Reference.ShouldBe(ReferenceKind.Mean));

    [Fact]
    public void Every_space_is_computed_once() =>
        Arms.Spaces(Arms.Of(new TracSeqOptions(), 64, true)).Select(s => s.Name).ShouldBe(
            ["Sketch-64", "Exact", "Adam", "Fisher-64", "Layers"], ignoreOrder: true);

    [Fact]
    public void What_the_class_alone_says_is_one_for_the_same_answer()
    {
        var arm = All().Single(a => a.Name == Arms.SameClass);

        arm.Pairs.ShouldBe([[0, 1, 0], [1, 0, 1]]);
        arm.Group.ShouldBe([0.5, 0.5, 0.5]);
    }

    [Fact]
    public void The_loss_of_the_last_checkpoint_counts_and_less_is_better()
    {
        var arm = All().Single(a => a.Name == Arms.Loss);

        arm.Group.ShouldBe([-0.5, -2, -1]);
        arm.Pairs.ShouldAllBe(p => p.SequenceEqual(arm.Group));
    }

    [Fact]
    public void Self_influence_is_the_squared_norm_by_the_rate_of_each_checkpoint() =>
        All().Single(a => a.Name == "-self").Group.ShouldBe([-((0.5 * 1) + (0.25 * 4)), -((0.5 * 4) + (0.25 * 4)), -((0.5 * 9) + (0.25 * 4))], 1e-12);

    [Fact]
    public void Noise_depends_on_the_seed_alone_and_is_another_for_every_reference_sample()
    {
        double[][] Noise(ulong seed) => All(seed).Single(a => a.Name == Arms.Random).Pairs;

        Noise(1).ShouldBe(Noise(1));
        Noise(1)[0].ShouldNotBe(Noise(2)[0]);
        Noise(1)[0].ShouldNotBe(Noise(1)[1]);
    }

    [Fact]
    public void Names_of_all_rules_are_their_own_and_each_says_what_it_is()
    {
        var all = All();

        all.Select(a => a.Name).Distinct(StringComparer.Ordinal).Count().ShouldBe(all.Count);
        all.ShouldAllBe(a => a.Rule.Length > 0);
        all.ShouldAllBe(a => a.Pairs.Length == 2 && a.Pairs.All(p => p.Length == 3) && a.Group.Length == 3);
    }

    [Fact]
    public void Agreement_of_scorings_is_the_mean_over_their_pairs()
    {
        double[] up = [.. Enumerable.Range(0, 10).Select(i => (double)i)], down = [.. up.Select(x => -x)];

        double[] Of(ScoreAgreement a) => [a.Spearman, a.TopOverlap, a.TopJaccard];
        Of(ScoreAgreement.Of(up, up)).ShouldBe([1, 1, 1], 1e-12);
        Of(ScoreAgreement.Of(up, down)).ShouldBe([-1, 0, 0], 1e-12);
        Of(ScoreAgreement.Mean([up, up, down])).ShouldBe([-1 / 3.0, 1 / 3.0, 1 / 3.0], 1e-12);
    }

    private static IReadOnlyList<ArmScores> All(ulong seed = 1)
    {
        var arms = Arms.Of(new TracSeqOptions(), 64, decayIdentified: true);
        CheckpointProducts Checkpoint(int number, double eta, double[] losses, double[] norms) => new(
            number, number, eta, losses, Arms.Spaces(arms).ToDictionary(s => s.Name, _ => new SpaceProducts([1, 2, 3, 4, 5, 6], norms, [1, 1])));
        return ArmScores.All(arms, Matrix, [Checkpoint(1, 0.5, [9, 9, 9], [1, 2, 3]), Checkpoint(2, 0.25, [0.5, 2, 1], [2, 2, 2])], Answers, seed);
    }
}
