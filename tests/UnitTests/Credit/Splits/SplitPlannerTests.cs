using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Splits;

namespace ZiGong.UnitTests.Credit.Splits;

public sealed class SplitPlannerTests
{
    private static readonly SplitOptions Windows = new() { Mode = SplitMode.Windows };

    [Fact]
    public void By_windows_a_sample_counts_only_in_its_pool_and_its_window()
    {
        var headers = SplitScenarios.Panel(months: 8, horizon: 2);

        var plan = SplitPlanner.Plan(headers, Windows, seed: 1);

        // Months 0 to 7: test is 7, reference 6, and labels known by the start of 6 are those of months 0 to 4.
        plan.Windows.ShouldBe(new SplitWindows(
            SplitScenarios.January.AddMonths(6), SplitScenarios.January.AddMonths(7), SplitScenarios.January.AddMonths(8)));
        for (var i = 0; i < headers.Count; i++)
        {
            var month = headers[i].ObservedAt!.Value.Month - 1;
            var expected = (headers[i].Pool, month) switch
            {
                (Pool.Train, <= 4) => Side.Train,
                (Pool.Reference, 6) => Side.Reference,
                (Pool.Test, 7) => Side.Test,
                _ => Side.Idle,
            };
            plan.Sides[i].ShouldBe(expected, $"{headers[i]}");
        }

        plan.Count(Side.Train).ShouldBeGreaterThan(700);
        plan.AsOf.ShouldBe(SplitScenarios.January.AddMonths(7));
    }

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(30_000, 30_000)]
    public void Windows_that_reach_beyond_the_calendar_leave_nothing_to_train_on_and_break_nothing(int reference, int test)
    {
        var wide = Windows with { ReferenceMonths = reference, TestMonths = test };
        Tables.MessageOf(() => SplitPlanner.Plan(SplitScenarios.Panel(months: 4), wide, seed: 1)).ShouldContain("The train side has no samples");
    }

    [Fact]
    public void OutOfTime_ignores_pools_and_says_so()
    {
        var headers = SplitScenarios.Panel(months: 4);

        var plan = SplitPlanner.Plan(headers, new SplitOptions { Mode = SplitMode.OutOfTime }, seed: 1);

        plan.Sides.Zip(headers)
            .ShouldAllBe(
                pair =>
                    pair.First
                        == (pair.Second.ObservedAt!.Value.Month < 3 ? Side.Train : pair.Second.ObservedAt.Value.Month == 3 ? Side.Reference : Side.Test));
        plan.Notes.ShouldContain(note => note.StartsWith("OutOfTime"));
    }

    [Fact]
    public void A_retrospective_split_trains_on_labels_not_known_yet_and_carries_its_title()
    {
        var headers = SplitScenarios.Panel(months: 6, horizon: 40);

        Tables.MessageOf(() => SplitPlanner.Plan(headers, Windows, seed: 1)).ShouldContain("The train side has no samples");
        var plan = SplitPlanner.Plan(headers, Windows with { Retrospective = true, Title = "retrospective: a title" }, seed: 1);

        plan.Count(Side.Train).ShouldBeGreaterThan(0);
        plan.Notes[0].ShouldBe("retrospective: a title");
    }

    [Fact]
    public void By_pools_the_seed_and_other_subjects_change_nothing()
    {
        var headers = SplitScenarios.Timeless(2000);
        var options = new SplitOptions { Mode = SplitMode.Pools };

        var tonight = SplitPlanner.Plan(headers, options, seed: 1);
        var yesterday = SplitPlanner.Plan(headers[..1500], options, seed: 99);

        yesterday.Sides.ShouldBe(tonight.Sides.Take(1500));
    }

    [Fact]
    public void A_stratified_draw_has_the_same_shares_on_all_sides_whatever_the_order()
    {
        var headers = SplitScenarios.Timeless(1000);
        var options = new SplitOptions { Mode = SplitMode.Stratified };

        var plan = SplitPlanner.Plan(headers, options, seed: 1);

        foreach (var side in new[] { Side.Train, Side.Reference, Side.Test })
        {
            var members = headers.Where((_, i) => plan.Sides[i] == side).ToList();
            members.Count.ShouldBe(side == Side.Train ? 800 : 100);
            ((double)members.Count(header => header.Answer == "bad") / members.Count).ShouldBe(0.25, 0.01);
        }

        var reversed = SplitPlanner.Plan([.. Enumerable.Reverse(headers)], options, seed: 1);
        reversed.Sides.Reverse().ShouldBe(plan.Sides);
        SplitPlanner.Plan(headers, options, seed: 2).Sides.ShouldNotBe(plan.Sides);
    }

    [Fact]
    public void A_stratified_draw_keeps_a_subjects_samples_together()
    {
        var headers = SplitScenarios.Panel(borrowers: 60, months: 3);

        var plan = SplitPlanner.Plan(headers, new SplitOptions { Mode = SplitMode.Stratified }, seed: 4);

        headers.Select((header, i) => (header.Subject, Side: plan.Sides[i])).Distinct().Count().ShouldBe(60);
    }

    [Theory]
    [InlineData(true, true, SplitMode.Windows)]
    [InlineData(false, true, SplitMode.Pools)]
    [InlineData(false, false, SplitMode.Stratified)]
    public void Auto_takes_the_strictest_rule_the_data_allow(bool timed, bool subjects, SplitMode expected) =>
        SplitPlanner.Plan(timed ? SplitScenarios.Panel() : SplitScenarios.Timeless(), new SplitOptions { SubjectsKnown = subjects }, 1).Mode.ShouldBe(expected);

    [Fact]
    public void Periods_are_months_in_order_and_end_before_the_as_of_time()
    {
        var plan = SplitPlanner.Plan(SplitScenarios.Panel(months: 6), Windows, seed: 1);

        plan.DecayIdentified.ShouldBeTrue();
        plan.Periods.Select(period => period.End!.Value.Month).ShouldBe([2, 3, 4, 5]);
        plan.Periods.Select(period => plan.AsOfMonths - period.Months).ShouldBe([4, 3, 2, 1]);
        plan.Periods.Sum(period => period.Samples).ShouldBe(plan.Count(Side.Train));
    }

    [Fact]
    public void Months_merge_into_at_most_so_many_periods_of_similar_size()
    {
        var headers = SplitScenarios.Panel(borrowers: 100, months: 26);

        var plan = SplitPlanner.Plan(headers, Windows with { MaxPeriods = 6 }, seed: 1);

        plan.Periods.Count.ShouldBe(6);
        plan.Periods.ShouldAllBe(period => period.Samples > 0.7 * plan.Count(Side.Train) / 6);
        plan.Periods.Zip(plan.Periods.Skip(1)).ShouldAllBe(pair => pair.First.End == pair.Second.From);
        for (var i = 0; i < headers.Count; i++)
        {
            var period = plan.PeriodOf[i];
            (period >= 0).ShouldBe(plan.Sides[i] == Side.Train);
            if (period >= 0)
            {
                headers[i].ObservedAt!.Value.ShouldBeInRange(plan.Periods[period].From!.Value, plan.Periods[period].End!.Value.AddTicks(-1));
            }
        }
    }

    [Fact]
    public void Without_two_times_periods_are_equal_counts_and_decay_is_not_identified()
    {
        var plan = SplitPlanner.Plan(SplitScenarios.Timeless(1003), new SplitOptions { Mode = SplitMode.Pools, MaxPeriods = 4 }, seed: 1);

        plan.DecayIdentified.ShouldBeFalse();
        plan.AsOf.ShouldBeNull();
        plan.Periods.Count.ShouldBe(4);
        (plan.Periods.Max(period => period.Samples) - plan.Periods.Min(period => period.Samples)).ShouldBeLessThanOrEqualTo(1);
        plan.Notes.ShouldContain(note => note.Contains("decay is not identified"));
    }

    [Fact]
    public void Equal_labels_stop_the_run() =>
        Tables.MessageOf(() => SplitPlanner.Plan([.. SplitScenarios.Timeless().Select(header => header with { Answer = "good" })], new SplitOptions(), 1))
            .ShouldContain("All training labels are 'good'");

    [Fact]
    public void A_class_missing_in_the_reference_set_stops_the_run() =>
        Tables.MessageOf(() => SplitPlanner.Plan(
                [.. SplitScenarios.Panel().Select(header => header.Pool == Pool.Reference ? header with { Answer = "good" } : header)], Windows, 1))
            .ShouldContain("The reference set has no 'bad' sample (reference from 2024-07-01");

    [Fact]
    public void No_samples_and_no_times_are_said_plainly()
    {
        Tables.MessageOf(() => SplitPlanner.Plan([], new SplitOptions(), 1)).ShouldContain("no samples to split");
        Tables.MessageOf(() => SplitPlanner.Plan(SplitScenarios.Timeless(), Windows, 1)).ShouldContain("has no observation time");
    }

    [Fact]
    public void The_same_id_twice_is_named()
    {
        var headers = SplitScenarios.Timeless(100);
        headers.Add(headers[7] with { Order = 100 });

        Tables.MessageOf(() => SplitPlanner.Plan(headers, new SplitOptions(), 1)).ShouldContain("1 samples twice: s000007");
    }

    [Fact]
    public void No_plan_ever_puts_a_borrower_on_two_sides_or_trains_on_the_future()
    {
        var shapes = from months in Gen.Choose(4, 14) from horizon in Gen.Choose(0, 3) from width in Gen.Choose(1, 2) from seed in Gen.Choose(0, 999)
                     select (months: months + horizon, horizon, width, seed);
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            var headers = SplitScenarios.Panel(borrowers: 150, shape.months, shape.horizon);
            var plan = SplitPlanner.Plan(headers, Windows with { ReferenceMonths = shape.width, TestMonths = 1 }, (ulong)shape.seed);
            var used = headers.Zip(plan.Sides).Where(pair => pair.Second != Side.Idle).ToList();
            var oneSide = used.GroupBy(pair => pair.First.Subject, StringComparer.Ordinal)
                .All(group => group.Select(pair => pair.Second).Distinct().Count() == 1);
            var past = used.Where(pair => pair.Second == Side.Train).All(pair => pair.First.LabelKnownAt <= plan.Windows!.ReferenceFrom);
            return oneSide && past && plan.Periods.All(period => period.Months <= plan.AsOfMonths);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }
}
