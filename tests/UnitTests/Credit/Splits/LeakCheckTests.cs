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
}
