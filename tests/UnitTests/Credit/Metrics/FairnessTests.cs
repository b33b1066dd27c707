using Shouldly;
using Xunit;
using ZiGong.Contracts;
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
        report.Groups[2].ShouldBe(new GroupFigures("c", 49, 0, 0, null, false) { Positives = 0, FavourableInterval = Proportion.Wilson(0, 49) });
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

    [Fact]
    public void The_most_favoured_group_is_held_against_the_largest()
    {
        Measure(TwoGroups).LargestRatio.ShouldBe(1); // the largest is the most favoured one
        Measure([.. TwoGroups, ("c", false, true, 50)]).LargestRatio!.Value.ShouldBe(1 / 0.65, 1e-12);
        Measure([.. TwoGroups.Take(4)]).LargestRatio.ShouldBeNull();
        Measure([("a", true, false, 60), ("b", false, true, 50)]).LargestRatio.ShouldBeNull(); // nobody in the largest is favoured
    }

    [Fact]
    public void Renaming_the_groups_changes_no_figure()
    {
        string Other(string group) => group == "a" ? "z" : "y";
        var (one, other) = (Resampled(TwoGroups, g => g), Resampled(TwoGroups, Other));

        other.ParityRatio.ShouldBe(one.ParityRatio);
        other.ParityDifference.ShouldBe(one.ParityDifference);
        other.EqualOpportunity.ShouldBe(one.EqualOpportunity);
        other.AverageOdds.ShouldBe(one.AverageOdds);
        other.Intervals.ShouldBe(one.Intervals);
    }

    [Fact]
    public void The_interval_of_the_parity_difference_is_that_of_two_shares()
    {
        // Standard error of two independent shares: √(.65·.35/100 + (26/60)(34/60)/60) ≈ .0798.
        var interval = Resampled(TwoGroups, g => g).Intervals!.ParityDifference!;

        interval.Lower.ShouldBe(interval.Value - (1.96 * 0.0798), 0.03);
        interval.Upper.ShouldBe(interval.Value + (1.96 * 0.0798), 0.03);
    }

    [Theory]
    [InlineData(4, 5, true, false)]
    [InlineData(5, 4, false, false)]
    [InlineData(5, 5, true, true)]
    public void A_gap_of_the_truly_bad_or_good_has_an_interval_where_every_counted_group_has_enough_of_them(int bad, int good, bool opportunity, bool odds)
    {
        var report = Resampled(
            [("a", false, true, 50), ("a", true, true, 50), ("b", false, true, opportunity ? 60 : good), ("b", true, false, opportunity ? bad : 60)], g => g);

        report.Intervals!.ParityRatio.ShouldNotBeNull();
        (report.EqualOpportunity is not null, report.AverageOdds is not null).ShouldBe((true, true));
        (report.Intervals.EqualOpportunity is not null).ShouldBe(opportunity);
        (report.Intervals.AverageOdds is not null).ShouldBe(odds);
    }

    [Fact]
    public void Intervals_cover_the_true_gap_about_as_often_as_they_say()
    {
        // Groups of 150 with favourable shares .8 and .6: the gap is .2 and, so far from 0, hardly biased by its sign.
        var random = new SeededRandom(5);
        var covered = 0;
        for (var i = 0; i < 200; i++)
        {
            string[] groups = [.. Enumerable.Range(0, 300).Select(r => r % 2 == 0 ? "a" : "b")];
            double[] probabilities = [.. groups.Select(g => random.NextDouble() < (g == "a" ? 0.8 : 0.6) ? 0.2 : 0.7)];
            bool[] bad = [.. groups.Select((_, r) => r % 3 == 0)];
            var interval = Fairness.Measure("g", groups, probabilities, bad, (ulong)i, resamples: 200).Intervals!.ParityDifference!;
            covered += interval.Lower <= 0.2 && 0.2 <= interval.Upper ? 1 : 0;
        }

        covered.ShouldBeInRange(180, 200);
    }

    private static FairnessReport Resampled((string Group, bool Bad, bool Favoured, int Count)[] cells, Func<string, string> name)
    {
        var rows = cells.SelectMany(c => Enumerable.Repeat(c, c.Count)).ToArray();
        return Fairness.Measure(
            "sex", [.. rows.Select(r => name(r.Group))], [.. rows.Select(r => r.Favoured ? 0.2 : 0.5)], [.. rows.Select(r => r.Bad)], seed: 1, resamples: 500);
    }

    private static FairnessReport Measure(params (string Group, bool Bad, bool Favoured, int Count)[] cells)
    {
        var rows = cells.SelectMany(c => Enumerable.Repeat(c, c.Count)).ToArray();
        return Fairness.Measure("sex", [.. rows.Select(r => r.Group)], [.. rows.Select(r => r.Favoured ? 0.2 : 0.5)], [.. rows.Select(r => r.Bad)]);
    }
}
