using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Splits;

namespace ZiGong.UnitTests.Credit.Splits;

/// <summary>Caps on the sides, and folds.</summary>
public sealed class SideCapsTests
{
    private static readonly SplitOptions Stratified = new() { Mode = SplitMode.Stratified };

    [Fact]
    public void A_capped_side_keeps_the_classes_shares_to_within_one_sample()
    {
        var headers = SplitScenarios.Panel();
        var whole = SplitPlanner.Plan(headers, new SplitOptions(), 1);
        var capped = SplitPlanner.Plan(headers, new SplitOptions { MaximumTraining = 101, MaximumReference = 9 }, 1);

        capped.Count(Side.Train).ShouldBe(101);
        capped.Count(Side.Reference).ShouldBe(9);
        capped.Count(Side.Test).ShouldBe(whole.Count(Side.Test));
        var share = Bad(headers, whole) / (double)whole.Count(Side.Train);
        Math.Abs(Bad(headers, capped) - (share * 101)).ShouldBeLessThanOrEqualTo(1);
        capped.Notes.Count(n => n.StartsWith("Capped", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void What_is_capped_was_on_that_side_before_and_the_rest_is_idle()
    {
        var headers = SplitScenarios.Panel();
        var whole = SplitPlanner.Plan(headers, new SplitOptions(), 1);
        var capped = SplitPlanner.Plan(headers, new SplitOptions { MaximumTraining = 50 }, 1);

        Enumerable.Range(0, headers.Count).Where(i => capped.Sides[i] != whole.Sides[i])
            .ShouldAllBe(i => whole.Sides[i] == Side.Train && capped.Sides[i] == Side.Idle);
        capped.Periods.Sum(p => p.Samples).ShouldBe(50);
    }

    [Fact]
    public void A_larger_cap_keeps_what_a_smaller_one_kept_and_the_order_of_rows_does_not_matter()
    {
        var headers = SplitScenarios.Timeless();
        var options = Stratified with { MaximumTraining = 60 };
        var small = Kept(headers, options, 7);

        small.ShouldBeSubsetOf(Kept(headers, Stratified with { MaximumTraining = 200 }, 7));
        Kept([.. headers.AsEnumerable().Reverse()], options, 7).ShouldBe(small, ignoreOrder: true);
        Kept(headers, options, 8).ToHashSet().SetEquals(small).ShouldBeFalse("another seed draws others");
    }

    [Fact]
    public void A_cap_that_is_not_reached_changes_nothing()
    {
        var headers = SplitScenarios.Panel();
        var capped = SplitPlanner.Plan(headers, new SplitOptions { MaximumTraining = 1_000_000, MaximumTest = 1_000_000 }, 1);
        var whole = SplitPlanner.Plan(headers, new SplitOptions(), 1);

        capped.Sides.ShouldBe(whole.Sides);
        capped.Notes.ShouldBe(whole.Notes);
    }

    [Fact]
    public void Folds_test_every_sample_exactly_once_and_never_train_on_it_then()
    {
        var headers = SplitScenarios.Timeless(403);
        var plans = Enumerable.Range(0, 7).Select(f => SplitPlanner.Plan(headers, Stratified with { Folds = 7, Fold = f }, 1)).ToList();

        Enumerable.Range(0, headers.Count).ShouldAllBe(i => plans.Count(p => p.Sides[i] == Side.Test) == 1);
        plans.ShouldAllBe(p => p.Count(Side.Test) >= 56 && p.Count(Side.Test) <= 59 && p.Count(Side.Reference) >= 39 && p.Count(Side.Reference) <= 42);
        plans.ShouldAllBe(p => Math.Abs((Bad(headers, p, Side.Test) / (double)p.Count(Side.Test)) - 0.25) < 0.05);
        plans.SelectMany(p => p.Notes).ShouldContain("Fold 3 of 7 is the test side.");
    }

    [Fact]
    public void Data_with_borrowers_or_times_have_no_folds() =>
        Should.Throw<InputException>(() => SplitPlanner.Plan(SplitScenarios.Panel(), new SplitOptions { Folds = 5 }, 1)).Message
            .ShouldContain("without subjects and times");

    [Theory]
    [InlineData(5, 5)]
    [InlineData(2, 0)]
    [InlineData(0, 1)]
    public void A_fold_that_does_not_exist_is_refused(int folds, int fold) =>
        Should.Throw<InputException>(() => SplitPlanner.Plan(SplitScenarios.Timeless(), Stratified with { Folds = folds, Fold = fold }, 1)).Message
            .ShouldContain("Snapshot:Fold");

    private static IEnumerable<string> Kept(IReadOnlyList<SampleHeader> headers, SplitOptions options, ulong seed)
    {
        var plan = SplitPlanner.Plan(headers, options, seed);
        return headers.Where((_, i) => plan.Sides[i] == Side.Train).Select(h => h.Id);
    }

    private static int Bad(IReadOnlyList<SampleHeader> headers, SplitPlan plan, Side side = Side.Train) =>
        headers.Where((h, i) => plan.Sides[i] == side && h.Answer == "bad").Count();
}
