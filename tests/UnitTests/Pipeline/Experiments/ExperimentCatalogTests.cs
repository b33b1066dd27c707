using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Pipeline.Experiments;

namespace ZiGong.UnitTests.Pipeline.Experiments;

public sealed class ExperimentCatalogTests
{
    private static readonly ExperimentData Timed = new(Training: 4000, Gradients: 22_000, HasTimes: true, DecayIdentified: true, HasProtectedFields: true);
    private static readonly ExperimentData Timeless = Timed with { HasTimes = false, DecayIdentified = false };

    public static TheoryData<string> Names => [.. ExperimentCatalog.All.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Arms_have_names_of_their_own_and_are_compared_with_arms_that_are_there(string name)
    {
        var arms = ArmsOf(name, Timed);

        arms.Select(a => a.Name).ShouldBeUnique();
        arms.SelectMany(a => a.Against).ShouldBeSubsetOf(arms.Select(a => a.Name));
        arms.ShouldAllBe(a => !a.Against.Contains(a.Name));
        arms.Count(a => a.Against.Count > 0).ShouldBeGreaterThanOrEqualTo(
            arms.Count - 1 - arms.Count(a => a.Series == "random"), "all but references are compared");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Arms_set_options_that_exist_and_no_two_of_them_the_same(string name)
    {
        var options = ArmsOf(name, Timed).Select(a => RunOptionsReader.Write(a.Set.Aggregate(new RunOptions(), RunOptionsReader.Set))).ToList();

        options.ShouldBeUnique();
    }

    [Theory]
    [InlineData("decay")]
    [InlineData("gamma")]
    [InlineData("clock")]
    public void Decay_needs_two_distinct_times(string name) =>
        Should.Throw<InputException>(() => ArmsOf(name, Timeless)).Message.ShouldContain("two distinct times");

    [Theory]
    [InlineData(1, new[] { 1L, 2, 3 })]
    [InlineData(20261127, new[] { 20261127L, 20261128, 20261129 })]
    [InlineData(long.MaxValue - 1, new[] { long.MaxValue - 1, long.MaxValue, 0 })]
    public void Seeds_count_up_from_any_seed_and_all_can_be_used(long first, long[] expected)
    {
        ExperimentPlanner.SeedsFrom(first, 3).ShouldBe(expected);
        expected.ShouldAllBe(seed => RunOptionsReader.Set(new RunOptions(), $"Seed={seed}").Seed == seed);
    }

    [Fact]
    public void Arms_that_the_data_do_not_allow_are_left_out_with_a_note()
    {
        var choice = ExperimentCatalog.Find("baseline").Arms(Timeless with { Gradients = 1_000_000 }, new RunOptions());

        choice.Arms.Select(a => a.Name).ShouldNotContain("newest-50");
        choice.Arms.Select(a => a.Name).ShouldNotContain("less-50");
        choice.Notes.ShouldContain(n => n.Contains("less-50"));
        choice.Notes.ShouldContain(n => n.Contains("newest-50"));
        ArmsOf("baseline", Timed).Select(a => a.Name).ShouldBe(
            [
                "full", "random-50", "default-50", "top-50", "plain-50", $"{(new TracSeqOptions().Similarity == Similarity.Dot ? "cosine" : "dot")}-50",
                "mean-50", "tracincp-50", "loss-50", "less-50", "newest-50", "gamma1-50"]);
    }

    [Fact]
    public void Exact_gradients_are_refused_where_they_would_not_fit() =>
        Should.Throw<InputException>(() => ArmsOf("sketch", Timed with { Gradients = 1_000_000 })).Message.ShouldContain("lower the caps");

    [Fact]
    public void Fairness_needs_protected_fields() =>
        Should.Throw<InputException>(() => ArmsOf("fairness", Timed with { HasProtectedFields = false })).Message.ShouldContain("protected");

    [Fact]
    public void Gamma_goes_through_the_six_values_with_one_as_reference()
    {
        var arms = ArmsOf("gamma", Timed);

        arms.Select(a => a.X).ShouldBe([1, 0.999, 0.99, 0.9, 0.7, 0.5]);
        arms.Skip(1).ShouldAllBe(a => a.Against.SequenceEqual(new[] { "gamma-1" }));
        arms.ShouldAllBe(a => a.Set.Contains("Selection:Size=0.3") && a.Set.Contains("Selection:TopShare=1"));
    }

    [Fact]
    public void Budgets_are_compared_with_chance_of_the_same_size()
    {
        var arms = ArmsOf("budget", Timed);

        arms.Where(a => a.Name.StartsWith("top-", StringComparison.Ordinal)).ShouldAllBe(a => a.Against.Contains(a.Name.Replace("top-", "random-")));
        arms.Select(a => a.X!.Value).Distinct().Order().ShouldBe([0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1]);
    }

    [Fact]
    public void Arms_that_experiments_share_ask_for_the_same_options()
    {
        var shared = ExperimentCatalog.All.SelectMany(
            k => k.Arms(Timed, new RunOptions()).Arms.Select(a => (a.Name, Options: a.Set.Aggregate(new RunOptions(), RunOptionsReader.Set))))
            .GroupBy(a => a.Name).Where(g => g.Count() > 1).ToList();

        shared.Select(g => g.Key).ShouldContain("full");
        shared.Select(g => g.Key).ShouldContain("random-50");
        shared.ShouldAllBe(g => g.Select(a => a.Options).Distinct().Count() == 1);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_those_that_there_are() =>
        Should.Throw<InputException>(() => ExperimentCatalog.Find("bseline")).Message.ShouldContain("baseline, decay");

    [Fact]
    public void A_runs_options_are_those_of_all_arms_then_its_own_then_seed_and_fold()
    {
        var arm = new PlannedArm("a", "", ["Selection:Size=0.25"], []);
        var plan = new ExperimentPlan(
            "mix", "", "d", ["Selection:Size=0.4", "Snapshot:Folds=5", "Tuning:MinimumSteps=33"], [3, 4], 5, [], 33, "", false, [arm], [], "1");

        var options = ExperimentPlanner.OptionsOf(plan, new PlannedRun(arm, 4, 2));

        options.Selection.Size.ShouldBe(0.25);
        options.Tuning.MinimumSteps.ShouldBe(33);
        (options.Seed, options.Snapshot.Fold, options.Snapshot.Folds).ShouldBe((4, 2, 5));
        plan.Runs.Count().ShouldBe(10);
    }

    private static IReadOnlyList<PlannedArm> ArmsOf(string name, ExperimentData data) => ExperimentCatalog.Find(name).Arms(data, new RunOptions()).Arms;
}
