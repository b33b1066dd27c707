using Shouldly;
using Xunit;
using ZiGong.TracSeqScoring.Fidelity;

namespace ZiGong.UnitTests.TracSeqScoring.Fidelity;

public sealed class FlipRankingTests
{
    private static readonly string[] Answers = ["good", "good", "good", "good", "good", "good", "bad", "bad", "bad", "bad"];
    private static readonly bool[] Flipped = [false, false, true, false, false, false, true, false, false, false];

    [Fact]
    public void Figures_are_those_of_hand()
    {
        double[] scores = [5, 4, 1, 6, 7, 8, 3, 2, 9, 10];
        var ranking = FlipRanking.Of(scores, Answers, Flipped, inspected: 0.2);

        // Lowest first: 1 (flipped), 2, 3 (flipped), 4 …: the first is above all 8 others, the second above 7 of 8.
        ranking.Auc.ShouldBe(15 / 16.0, 1e-12);
        ranking.WithinClass["good"].ShouldBe(1);
        ranking.WithinClass["bad"].ShouldBe(2 / 3.0, 1e-12);
        ranking.Found.ShouldBe(0.5, "the two lowest of ten hold one of the two flips");
    }

    [Fact]
    public void The_truth_finds_everything_and_its_opposite_nothing()
    {
        double[] truth = [.. Flipped.Select(f => f ? -1.0 : 1)];
        var found = FlipRanking.Of(truth, Answers, Flipped, 0.2);
        (found.Auc, found.Found).ShouldBe((1, 1));
        var opposite = FlipRanking.Of([.. truth.Select(t => -t)], Answers, Flipped, 0.2);
        (opposite.Auc, opposite.Found).ShouldBe((0, 0));
    }

    [Fact]
    public void Two_scorings_agree_by_rank_and_by_their_tops()
    {
        double[] first = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        double[] second = [10, 9, 1, 7, 6, 5, 4, 3, 2, 8];

        // Tops of three: {0, 1, 2} and {0, 1, 9}: two shared, four in either.
        var agreement = ScoreAgreement.Of(first, second);
        agreement.TopOverlap.ShouldBe(2 / 3.0, 1e-12);
        agreement.TopJaccard.ShouldBe(0.5, 1e-12);
        agreement.Spearman.ShouldBe(1 - (6 * 98 / 990.0), 1e-12);
        ScoreAgreement.Mean([first, second, first]).Spearman.ShouldBe((1 + (2 * agreement.Spearman)) / 3, 1e-12);
    }
}
