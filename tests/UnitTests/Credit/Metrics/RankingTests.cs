using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class RankingTests
{
    [Fact]
    public void Flipped_labels_found_by_lowest_score_first()
    {
        double[] influence = [-3, 5, -1, 2, 0];
        bool[] flipped = [true, false, true, false, false];

        Ranking.Auc([.. influence.Select(s => -s)], flipped).ShouldBe(1);
        Ranking.Auc(influence, flipped).ShouldBe(0);
    }

    [Fact]
    public void Any_range_of_scores_has_the_area_of_its_probabilities()
    {
        double[] scores = [0.7, 0.7, 0.3, 0.7, 0.3, 0.3, 0.1];
        bool[] positive = [true, true, true, false, false, false, false];

        Ranking.Auc([.. scores.Select(s => (100 * s) - 50)], positive).ShouldBe(Predictions.Of(scores, positive).Measure()[Metric.Auc], 1e-12);
    }

    [Fact]
    public void A_missing_class_has_no_area() => Ranking.Auc([1, 2], [true, true]).ShouldBe(double.NaN);

    [Fact]
    public void Spearman_worked_by_hand()
    {
        // ranks 1 2 3 4 5 and 2 1 4 3 5: 1 − 6·4/(5·24)
        Ranking.Spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50]).ShouldBe(0.8, 1e-12);
        Ranking.Spearman([1, 2, 3], [3, 2, 1]).ShouldBe(-1, 1e-12);
        Ranking.Spearman([1, 2, 3], [7, 7, 7]).ShouldBe(double.NaN);
    }

    [Fact]
    public void Equal_values_share_their_mean_rank() => Ranking.Ranks([5, 1, 5, 9]).ShouldBe([2.5, 1, 2.5, 4]);

    [Fact]
    public void The_overlap_counts_common_top_rows()
    {
        Ranking.TopOverlap([9, 8, 1, 2], [9, 1, 8, 2], 0.5).ShouldBe(0.5);
        Ranking.TopOverlap([9, 8, 1, 2], [8, 9, 2, 1], 0.5).ShouldBe(1);
    }

    [Fact]
    public void Lengths_must_match() => Should.Throw<ArgumentException>(() => Ranking.Spearman([1, 2], [1])).Message.ShouldContain("2 and 1");
}
