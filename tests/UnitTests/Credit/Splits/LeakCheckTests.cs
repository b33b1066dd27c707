using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Splits;

namespace ZiGong.UnitTests.Credit.Splits;

public sealed class LeakCheckTests
{
    private static readonly SplitWindows Windows = new(
        SplitScenarios.January.AddMonths(2), SplitScenarios.January.AddMonths(3), SplitScenarios.January.AddMonths(4));

    private static readonly SampleHeader Early = SplitScenarios.Header("early", 1, 1, SplitScenarios.January, SplitScenarios.January.AddMonths(2));

    private static readonly SampleHeader Late = SplitScenarios.Header(
        "late", 1, 2, SplitScenarios.January.AddMonths(2), SplitScenarios.January.AddMonths(4));

    [Fact]
    public void A_borrower_on_two_sides_is_named_with_both_samples() =>
        Tables.MessageOf(() => LeakCheck.Check([Early, Late], [Side.Train, Side.Test], SplitMode.Windows, Windows, false))
            .ShouldContain("late (Test) and early (Train)");

    [Fact]
    public void Idle_samples_leak_nothing() => LeakCheck.Check([Early, Late], [Side.Train, Side.Idle], SplitMode.Windows, Windows, false);

    [Fact]
    public void OutOfTime_allows_the_borrower_but_not_the_future()
    {
        LeakCheck.Check([Early, Late], [Side.Train, Side.Test], SplitMode.OutOfTime, Windows, false);
        Tables.MessageOf(() => LeakCheck.Check([Early, Late], [Side.Test, Side.Train], SplitMode.OutOfTime, Windows, true))
            .ShouldContain("late (observed 2024-03-01, label known 2024-05-01)");
    }

    [Fact]
    public void A_label_known_a_day_into_the_reference_window_leaks_unless_retrospective()
    {
        var tomorrow = Early with { LabelKnownAt = Windows.ReferenceFrom.AddDays(1) };

        Tables.MessageOf(() => LeakCheck.Check([tomorrow], [Side.Train], SplitMode.Windows, Windows, false)).ShouldContain("early (observed 2024-01-01");
        LeakCheck.Check([tomorrow], [Side.Train], SplitMode.Windows, Windows, retrospective: true);
    }

    [Fact]
    public void Long_lists_are_cut()
    {
        List<SampleHeader> many = [.. Enumerable.Range(0, 20).Select(i => Late with { Id = $"x{i}" })];

        Tables.MessageOf(() => LeakCheck.Check(many, [.. many.Select(_ => Side.Train)], SplitMode.Windows, Windows, false))
            .ShouldEndWith("and 15 more.");
    }

    [Fact]
    public void What_the_planner_split_has_no_leak_by_the_figures_either()
    {
        var headers = SplitScenarios.Panel();
        var options = new SplitOptions();
        var plan = SplitPlanner.Plan(headers, options, seed: 1);
        IReadOnlyList<Sample> On(Side side) => [.. headers.Where((_, i) => plan.Sides[i] == side).Select(SampleOf)];

        var figures = LeakCheck.Measure(On(Side.Train), On(Side.Reference), On(Side.Test), options);

        figures.Leaks.ShouldBeFalse();
        (figures.InTraining, figures.LateTraining, figures.SubjectsMayRepeat).ShouldBe((0, 0, false));
        figures.ReferenceFrom.ShouldBe(plan.Windows!.ReferenceFrom);
        figures.TestSubjects.ShouldBePositive();
        figures.NewestLabel!.Value.ShouldBeLessThanOrEqualTo(plan.Windows.ReferenceFrom);
    }

    [Fact]
    public void The_figures_count_repeated_borrowers_and_late_samples()
    {
        Sample At(string id, string subject, int month, int known) =>
            SampleOf(new SampleHeader(id, subject, Pool.Train, "bad", SplitScenarios.January.AddMonths(month), SplitScenarios.January.AddMonths(known), 0));
        Sample[] training = [At("t1", "a", 0, 1), At("t2", "b", 1, 3), At("t3", "c", 3, 3)]; // t2's label comes after March, t3 itself does
        Sample[] reference = [At("r1", "d", 2, 3), At("r2", "a", 4, 5)]; // r2 is from the test month, and of a borrower trained on
        Sample[] test = [At("x1", "a", 4, 5), At("x2", "d", 4, 5), At("x3", "e", 4, 5)];
        var windows = new SplitOptions { Mode = SplitMode.Windows };

        var figures = LeakCheck.Measure(training, reference, test, windows);

        figures.ShouldBe(new LeakFigures(3, 1, 2, 1, false, SplitScenarios.January.AddMonths(2), 2, 1, SplitScenarios.January.AddMonths(3)));
        figures.Leaks.ShouldBeTrue();
        LeakCheck.Measure(training, reference, test, windows with { Retrospective = true }).LateTraining.ShouldBe(1);
        LeakCheck.Measure(training, reference, test, windows with { Mode = SplitMode.OutOfTime }).SubjectsMayRepeat.ShouldBeTrue();
        var pools = LeakCheck.Measure(training, reference, test, windows with { Mode = SplitMode.Pools });
        (pools.ReferenceFrom, pools.LateTraining, pools.LateReference, pools.InTraining).ShouldBe((null, 0, 0, 1));
    }

    private static Sample SampleOf(SampleHeader header) =>
        new(header.Id, "d", "t", header.Subject, header.Id, new Dictionary<string, string>(), header.Answer, header.ObservedAt, header.LabelKnownAt);
}
