using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class SelectionEffectTests
{
    private static readonly SelectedRow[] Rows =
    [
        new("old", true, true, true), new("old", false, false, false), new("old", false, true, false), new("old", true, false, false),
        new("new", false, true, true), new("new", false, false, false),
    ];

    [Fact]
    public void Counts_per_part_worked_by_hand() => SelectionEffect.Of("period", Rows, ["old", "new", "none"]).ShouldBe(
    [
        new SelectionShare("period", "old", 4, 2, 2, 1, 1, 1),
        new SelectionShare("period", "new", 2, 0, 1, 0, 1, 0),
    ]);

    [Fact]
    public void Shares_follow_from_the_counts()
    {
        var old = SelectionEffect.Of("period", Rows)[1];

        old.ShouldSatisfyAllConditions(o => o.KeptShare.ShouldBe(0.5), o => o.BaseRate.ShouldBe(0.5), o => o.KeptBaseRate.ShouldBe(0.5));
        new SelectionShare("period", "lost", 3, 1, 0, 0, 0, 0).KeptBaseRate.ShouldBeNull();
    }

    [Fact]
    public void Recall_counts_the_right_side_of_one_half()
    {
        SelectionEffect.Recall([0.5, 0.9, 0.4], positive: true)!.Value.ShouldBe(2.0 / 3, 1e-12);
        SelectionEffect.Recall([0.5, 0.9, 0.4], positive: false)!.Value.ShouldBe(1.0 / 3, 1e-12);
        SelectionEffect.Recall([], positive: true).ShouldBeNull();
    }
}
