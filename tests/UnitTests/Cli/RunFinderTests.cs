using Shouldly;
using Xunit;
using ZiGong.Cli.Runs;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.UnitTests.Cli;

public sealed class RunFinderTests
{
    private static readonly Guid Newest = Guid.Parse("019a3c52-7d1e-7000-8000-000000000003");
    private static readonly Guid Older = Guid.Parse("019a3c52-7d1e-7000-8000-000000000002");
    private static readonly Guid Oldest = Guid.Parse("019a3b00-0001-7000-8000-000000000001");
    private static readonly Guid[] Runs = [Newest, Older, Oldest];

    [Fact]
    public void Latest_is_the_newest() => RunNames.Resolve(Runs, "latest").ShouldBe(Newest);

    [Theory]
    [InlineData("019a3b")]
    [InlineData("019A3B00-0001")]
    [InlineData("019a3b00-0001-7000-8000-000000000001")]
    [InlineData("019a3b0000017000")]
    public void A_unique_beginning_is_enough_with_or_without_dashes(string text) => RunNames.Resolve(Runs, text).ShouldBe(Oldest);

    [Fact]
    public void An_ambiguous_beginning_names_the_runs_it_could_mean() =>
        Should.Throw<InputException>(() => RunNames.Resolve(Runs, "019a3c52")).Message.ShouldContain(Older.ToString());

    [Theory]
    [InlineData("ffff")]
    [InlineData("-")]
    [InlineData("")]
    public void What_matches_nothing_points_to_the_list(string text) =>
        Should.Throw<InputException>(() => RunNames.Resolve(Runs, text)).Message.ShouldContain("zigong runs");

    [Fact]
    public void Without_runs_it_says_how_to_start_one() =>
        Should.Throw<InputException>(() => RunNames.Resolve([], "latest")).Message.ShouldContain("zigong run --dataset");

    [Fact]
    public void The_short_form_finds_its_run() => RunNames.Resolve(Runs, RunFinder.Short(Oldest)).ShouldBe(Oldest);
}
