using Shouldly;
using Xunit;
using ZiGong.Reports.OfRun;

namespace ZiGong.UnitTests.Reports.OfRun;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 3)]
    [InlineData(0.6, 3.8)]
    [InlineData(1, 10)]
    public void Quantiles_lie_between_their_neighbours(double share, double expected) => Spread.Quantile([1, 2, 3, 5, 10], share).ShouldBe(expected, 1e-12);

    [Fact]
    public void One_value_is_its_own_quantiles()
    {
        Spread.Quantile([7], 0.05).ShouldBe(7);
        Spread.BoxOf([7])!.ShouldBe(new(7, 7, 7, 7, 7));
        Spread.BoxOf([]).ShouldBeNull();
    }

    [Fact]
    public void A_box_does_not_depend_on_the_order()
    {
        // 0 to 100: the quantile at p is 100 p.
        var values = Enumerable.Range(0, 101).Select(i => (double)(i * 37 % 101));

        Spread.BoxOf(values).ShouldBe(new(5, 25, 50, 75, 95));
    }

    [Fact]
    public void A_row_says_how_many_and_how_many_of_them_are_below_nothing()
    {
        Spread.Row("good", [-1, 0, 1, 2, -3]).Select(c => c.Text).ShouldBe(["good", "5", "40.0 %", "-2.6", "-1", "0", "1", "1.8"]);
        Spread.Row("none", []).Select(c => c.Text).ShouldBe(["none", "0", "-", "-", "-", "-", "-", "-"]);
        Spread.Columns("Answer").Count.ShouldBe(Spread.Row("x", [1]).Count);
    }

    [Fact]
    public void Shares_of_a_histogram_add_up_to_one_for_each_group_outliers_included()
    {
        double[] wide = [.. Enumerable.Range(0, 1000).Select(i => i / 1000.0), 1e9, -1e9];
        var (edges, shares) = Spread.Histogram([wide, [0.5, 0.25], []]);

        edges.Length.ShouldBe(41);
        edges.ShouldBe(edges.Order());
        edges[^1].ShouldBeLessThan(1.01, "one outlier must not squeeze all others into one bin");
        shares.Select(s => Math.Round(s.Sum(), 9)).ShouldBe([1, 1, 0]);
        shares[1].Count(s => s > 0).ShouldBe(2);
    }

    [Fact]
    public void Equal_scores_have_a_histogram_too()
    {
        var (edges, shares) = Spread.Histogram([[3, 3, 3]]);

        (edges[0], edges[^1]).ShouldBe((2.5, 3.5));
        shares[0].Sum().ShouldBe(1, 1e-12);
        shares[0].Count(s => s > 0).ShouldBe(1);
    }
}
