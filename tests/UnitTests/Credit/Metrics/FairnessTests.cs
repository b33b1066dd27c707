using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class FairnessTests
{
    // (group, truly bad, predicted good): how many
    private static readonly (string Group, bool Bad, bool Favoured, int Count)[] TwoGroups =
    [
        ("a", false, true, 60), ("a", false, false, 20), ("a", true, true, 5), ("a", true, false, 15), // 100: favoured .65, of good .75, of bad .25
        ("b", false, true, 20), ("b", false, false, 20), ("b", true, true, 6), ("b", true, false, 14), // 60: favoured 26/60, of good .5, of bad .3
    ];

    [Fact]
    public void Two_groups_worked_by_hand()
    {
        var report = Measure(TwoGroups);

        report.ParityRatio!.Value.ShouldBe(26.0 / 60 / 0.65, 1e-12);
        report.ParityDifference!.Value.ShouldBe(0.65 - (26.0 / 60), 1e-12);
        report.EqualOpportunity!.Value.ShouldBe(0.25, 1e-12);
        report.AverageOdds!.Value.ShouldBe((0.25 + 0.05) / 2, 1e-12);
        report.Groups.Select(g => (g.Group, g.Count)).ShouldBe([("a", 100), ("b", 60)]);
    }

    [Fact]
    public void A_small_group_is_reported_but_takes_no_part()
    {
        var report = Measure([.. TwoGroups, ("c", false, false, 49)]);

        report.ParityDifference!.Value.ShouldBe(0.65 - (26.0 / 60), 1e-12);
        report.Groups[2].ShouldBe(new GroupFigures("c", 49, 0, 0, null, false));
    }

    [Fact]
    public void Several_groups_compare_the_extremes() =>
        Measure([.. TwoGroups, ("c", false, false, 50)]).ParityDifference!.Value.ShouldBe(0.65, 1e-12);

    [Fact]
    public void One_counted_group_has_no_gap()
    {
        var report = Measure([.. TwoGroups.Take(4)]);

        report.ParityRatio.ShouldBeNull();
        report.AverageOdds.ShouldBeNull();
    }

    [Fact]
    public void When_nobody_is_favoured_the_groups_are_treated_alike() =>
        Measure([("a", true, false, 50), ("b", false, false, 50)]).ParityRatio.ShouldBe(1);

    private static FairnessReport Measure(params (string Group, bool Bad, bool Favoured, int Count)[] cells)
    {
        var rows = cells.SelectMany(c => Enumerable.Repeat(c, c.Count)).ToArray();
        return Fairness.Measure("sex", [.. rows.Select(r => r.Group)], [.. rows.Select(r => r.Favoured ? 0.2 : 0.5)], [.. rows.Select(r => r.Bad)]);
    }
}
