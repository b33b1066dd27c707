using Shouldly;
using Xunit;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline.Experiments;

public sealed class NextArmsTests
{
    private static readonly ExperimentPlan Plan = PlanOf([7, 8], 0, "a", "b", "c");

    [Fact]
    public void The_first_arm_of_every_seed_begins_before_any_other() =>
        Begin(Plan, 4).ShouldBe(["a 7 0", "a 8 0"]);

    [Fact]
    public void Where_the_first_is_done_the_others_of_its_seed_may_begin_and_those_of_another_seed_still_wait() =>
        Begin(Plan, 4, ("a", 7, RunStatus.Completed), ("a", 8, RunStatus.Running)).ShouldBe(["b 7 0", "c 7 0"]);

    [Fact]
    public void The_seed_with_the_fewest_under_way_comes_first() =>
        Begin(Plan, 9, ("a", 7, RunStatus.Completed), ("a", 8, RunStatus.Completed), ("b", 7, RunStatus.Running)).ShouldBe(["b 8 0", "c 7 0", "c 8 0"]);

    [Fact]
    public void Of_seeds_with_as_many_under_way_the_one_with_most_waiting_comes_first() =>
        Begin(Plan, 1, ("a", 7, RunStatus.Completed), ("b", 7, RunStatus.Completed), ("a", 8, RunStatus.Completed)).ShouldBe(["b 8 0"]);

    [Fact]
    public void No_more_runs_begin_than_may_be_under_way() =>
        Begin(Plan, 2, ("a", 7, RunStatus.Completed), ("b", 7, RunStatus.Running), ("a", 8, RunStatus.Running)).ShouldBeEmpty();

    [Fact]
    public void Two_arms_of_one_run_are_under_way_once()
    {
        var run = Guid.Parse("019a3c52-7d1e-7000-8000-000000000001");
        var begun = new Dictionary<(string, long, int), ArmStanding>
        {
            [("a", 7, 0)] = new(Guid.Empty, RunStatus.Completed), [("b", 7, 0)] = new(run, RunStatus.Running), [("c", 7, 0)] = new(run, RunStatus.Running),
        };

        NextArms.Of(Plan, begun, 2)!.Key.ShouldBe(("a", 8, 0));
        NextArms.Of(Plan, begun, 1).ShouldBeNull();
    }

    [Fact]
    public void Folds_have_first_arms_of_their_own() =>
        Begin(PlanOf([7], 2, "a", "b"), 4, ("a", 7, RunStatus.Completed)).ShouldBe(["b 7 0", "a 7 1"], ignoreOrder: true);

    [Fact]
    public void Where_all_have_begun_none_is_next()
    {
        var begun = new Dictionary<(string, long, int), ArmStanding> { [("a", 7, 0)] = new(Guid.Empty, RunStatus.Completed) };
        NextArms.Of(PlanOf([7], 0, "a"), begun, 4).ShouldBeNull();
    }

    [Fact]
    public void An_experiment_is_done_when_every_run_is_completed() => StateOf(RunStatus.Completed, RunStatus.Completed).ShouldBe(ExperimentState.Done);

    [Theory]
    [InlineData(RunStatus.Completed, null)]
    [InlineData(RunStatus.Completed, RunStatus.Running)]
    [InlineData(null, null)]
    public void It_is_running_while_a_run_is_under_way_or_has_not_begun(RunStatus? first, RunStatus? second) =>
        StateOf(first, second).ShouldBe(ExperimentState.Running);

    [Theory]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    public void One_run_that_failed_or_was_cancelled_ends_it(RunStatus ended) => StateOf(RunStatus.Running, ended).ShouldBe(ExperimentState.Failed);

    private static ExperimentState StateOf(RunStatus? first, RunStatus? second)
    {
        var begun = new Dictionary<(string, long, int), ArmStanding>();
        foreach (var (arm, status) in new[] { ("a", first), ("b", second) })
        {
            if (status is { } known)
            {
                begun[(arm, 7, 0)] = new ArmStanding(Guid.Empty, known);
            }
        }

        return NextArms.StateOf(PlanOf([7], 0, "a", "b"), begun);
    }

    /// <summary>What begins, one after the other, until nothing may.</summary>
    private static List<string> Begin(ExperimentPlan plan, int parallel, params (string Arm, long Seed, RunStatus Status)[] before)
    {
        var number = 0;
        Guid Run() => Guid.Parse($"019a3c52-7d1e-7000-8000-{++number:x12}");
        var begun = before.ToDictionary(b => (b.Arm, b.Seed, 0), b => new ArmStanding(Run(), b.Status));
        var names = new List<string>();
        while (NextArms.Of(plan, begun, parallel) is { } next)
        {
            begun[next.Key] = new ArmStanding(Run(), RunStatus.Running);
            names.Add($"{next.Arm.Name} {next.Seed} {next.Fold}");
        }

        return names;
    }

    private static ExperimentPlan PlanOf(long[] seeds, int folds, params string[] arms) =>
        new("mix", "", "d", [], seeds, folds, [], 1, "", false, [.. arms.Select(a => new PlannedArm(a, "", [], []))], [], "1");
}
