using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class FlipRankingTests
{
    private static readonly string[] Answers = ["good", "good", "good", "good", "good", "good", "bad", "bad", "bad", "bad"];
    private static readonly bool[] Flipped = [false, false, true, false, false, false, true, false, false, false];

    [Fact]
    public void Figures_are_those_of_hand()
    {
        double[] scores = [5, 4, 1, 6, 7, 8, 3, 2, 9, 10];
        var ranking = new FlipRanking(scores, Answers, Flipped, inspected: 0.2);
        ranking.Classes.ShouldBe(["bad", "good"]);

        // Lowest first: 1 (flipped), 2, 3 (flipped), 4 …: the first is above all 8 others, the second above 7 of 8. The two
        // lowest of ten hold one of the two flips.
        var (all, found, bad, good) = Figures(ranking, Ones(10));
        all.ShouldBe(15 / 16.0, 1e-12);
        found.ShouldBe(0.5);
        bad.ShouldBe(2 / 3.0, 1e-12);
        good.ShouldBe(1);
    }

    [Fact]
    public void The_truth_finds_everything_and_its_opposite_nothing()
    {
        double[] truth = [.. Flipped.Select(f => f ? -1.0 : 1)];
        Figures(new FlipRanking(truth, Answers, Flipped, 0.2), Ones(10)).ShouldBe((1, 1, 1, 1));
        Figures(new FlipRanking([.. truth.Select(t => -t)], Answers, Flipped, 0.2), Ones(10)).ShouldBe((0, 0, 0, 0));
    }

    [Fact]
    public void A_resample_ranks_like_the_rows_written_out() =>
        Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
        {
            var random = new SeededRandom((ulong)seed);
            double[] scores = [.. Enumerable.Range(0, 10).Select(_ => (double)random.NextInt(5))];
            int[] counts = [.. Enumerable.Range(0, 10).Select(_ => random.NextInt(3))];
            int[] rows = [.. Enumerable.Range(0, 10).OrderBy(i => scores[i]).SelectMany(i => Enumerable.Repeat(i, counts[i]))];

            var (all, found, bad, good) = Figures(new FlipRanking(scores, Answers, Flipped, 0.3), counts);

            Same(all, Auc(rows));
            Same(bad, Auc([.. rows.Where(i => Answers[i] == "bad")]));
            Same(good, Auc([.. rows.Where(i => Answers[i] == "good")]));
            var looked = rows.Take((int)Math.Round(0.3 * rows.Length, MidpointRounding.AwayFromZero));
            Same(found, looked.Count(i => Flipped[i]) / (double)rows.Count(i => Flipped[i]));

            static void Same(double actual, double expected) =>
                (double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) < 1e-12).ShouldBeTrue($"{actual} is not {expected}");
            double Auc(int[] of) => Ranking.Auc([.. of.Select(i => -scores[i])], [.. of.Select(i => Flipped[i])]);
        }).Check(Config.QuickThrowOnFailure);

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

    private static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    private static (double All, double Found, double Bad, double Good) Figures(FlipRanking ranking, int[] counts)
    {
        var values = new double[ranking.Size];
        ranking.Run(counts, values);
        return (values[0], values[1], values[2], values[3]);
    }
}
