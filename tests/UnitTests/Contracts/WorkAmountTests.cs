using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

/// <summary>How much work options ask for, names of units, and how far a stage is.</summary>
public sealed class WorkAmountTests
{
    [Theory]
    [InlineData(0, 16, 3, 0, 0)]
    [InlineData(0, 16, 3, 10, 10)]
    [InlineData(1, 16, 3, 0, 3)]
    [InlineData(16, 16, 3, 0, 3)]
    [InlineData(17, 16, 3, 0, 6)]
    [InlineData(17, 16, 3, 7, 7)]
    [InlineData(1_000_000, 1, 2, 0, 2_000_000)]
    public void Steps_are_whole_passes_but_no_fewer_than_asked_for(int samples, int batch, int epochs, int minimum, int steps) =>
        WorkAmounts.Steps(samples, batch, epochs, minimum).ShouldBe(steps);

    [Theory]
    [InlineData(0.5, 0, 1)]
    [InlineData(0.5, 1, 1)]
    [InlineData(0.5, 3, 2)]
    [InlineData(0.5, 5, 3)]
    [InlineData(1, 5, 5)]
    [InlineData(2, 5, 2)]
    [InlineData(6, 5, 5)]
    [InlineData(1e12, 5, 5)]
    public void Places_are_a_share_rounded_away_from_zero_or_a_count(double size, int samples, int places) =>
        WorkAmounts.Places(size, samples).ShouldBe(places);

    [Theory]
    [InlineData(0, "slice-0000")]
    [InlineData(12, "slice-0012")]
    [InlineData(12345, "slice-12345")]
    public void Slices_sort_by_their_names_as_far_as_runs_go(int slice, string name) => Units.Slice(slice).ShouldBe(name);

    [Theory]
    [InlineData(0, 10, 0.0, false, false)]
    [InlineData(0, 10, 1.0, false, true)]
    [InlineData(0.1, 10, 0.0, false, true)]
    [InlineData(9.9999999999, 10, 5.0, true, true)]
    [InlineData(9.99, 10, 5.0, false, true)]
    [InlineData(11, 10, 5.0, true, true)]
    public void A_stage_has_begun_with_time_or_work_and_ends_with_its_last_unit(double done, double total, double seconds, bool finished, bool started)
    {
        var progress = new StageProgress(Stage.Partials, done, total, "shards", 0, 0, TimeSpan.FromSeconds(seconds), 0);

        (progress.Finished, progress.Started).ShouldBe((finished, started));
        (progress.Remaining is null).ShouldBe(finished || progress.Rate is null);
    }

    [Fact]
    public void The_rate_is_known_when_something_is_done_and_a_moment_has_passed()
    {
        StageProgress Of(double done, double seconds) => new(Stage.Partials, done, 12, "shards", 0, 0, TimeSpan.FromSeconds(seconds), 0);

        Of(0, 60).Rate.ShouldBeNull();
        Of(3, 0.05).Rate.ShouldBeNull();
        Of(3, 6).Rate.ShouldBe(0.5);
        Of(3, 6).Remaining.ShouldBe(TimeSpan.FromSeconds(18));
    }

    [Theory]
    [InlineData("Selection:TopShare=NaN")]
    [InlineData("Selection:TopShare=Infinity")]
    [InlineData("Selection:Size=-0.1")]
    [InlineData("Snapshot:Periods=0")]
    [InlineData("Snapshot:Periods=121")]
    [InlineData("Snapshot:Periods=6.5")]
    [InlineData("Snapshot:Periods=1e1")]
    [InlineData("Snapshot:Periods=")]
    [InlineData("Snapshot:Periods=99999999999")]
    [InlineData("TracSeq:Gamma=0")]
    [InlineData("TracSeq:Gamma=1.0000001")]
    [InlineData("TracSeq:Clock=3")]
    [InlineData("TracSeq:Clock=Checkpoint,Sample")]
    [InlineData("TracSeq:Clock=1")]
    [InlineData("Seed=-1")]
    public void Values_beyond_an_options_range_or_kind_are_refused_by_its_name(string assignment) =>
        Should.Throw<InputException>(() => RunOptionsReader.Set(new RunOptions(), assignment)).Message.ShouldContain($"option {assignment.Split('=')[0]} is ");

    [Theory]
    [InlineData("Snapshot:Periods=120", "120")]
    [InlineData(" snapshot:periods = 7 ", "7")]
    [InlineData("Snapshot:Periods=+8", "8")]
    public void Values_at_the_end_of_a_range_are_taken(string assignment, string text) =>
        RunOptionsReader.TextOf(RunOptionsReader.Set(new RunOptions(), assignment), "Snapshot:Periods").ShouldBe(text);

    [Fact]
    public void Differences_and_changes_name_what_was_set_and_nothing_else()
    {
        var set = RunOptionsReader.Set(RunOptionsReader.Set(new RunOptions(), "TracSeq:Gamma=0.5"), "Snapshot:Periods=3");

        RunOptionsReader.Differences(new RunOptions()).ShouldBeEmpty();
        RunOptionsReader.Differences(set).Select(d => (d.Option.Name, d.Value, d.Option.Default))
            .ShouldBe([("Snapshot:Periods", "3", "4"), ("TracSeq:Gamma", "0.5", "0.9")], ignoreOrder: true);
        RunOptionsReader.Changes(new RunOptions(), set).ShouldBe(["Snapshot:Periods", "TracSeq:Gamma"], ignoreOrder: true);
        RunOptionsReader.Changes(set, set).ShouldBeEmpty();
        RunOptionsReader.Assignment(set, "TracSeq:Gamma").ShouldBe("TracSeq:Gamma=0.5");
    }
}
