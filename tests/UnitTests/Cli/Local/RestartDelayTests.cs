using Shouldly;
using Xunit;
using ZiGong.Cli.Local;

namespace ZiGong.UnitTests.Cli.Local;

public sealed class RestartDelayTests
{
    private static readonly TimeSpan Slowest = RestartDelay.SlowestOf(null);

    [Fact]
    public void A_service_that_keeps_ending_is_started_slower_and_slower()
    {
        var delays = new List<double>();
        for (var delay = TimeSpan.Zero; delays.Count < 6;)
        {
            delay = RestartDelay.After(TimeSpan.FromSeconds(2), delay, Slowest);
            delays.Add(delay.TotalSeconds);
        }

        delays.ShouldBe([1, 2, 4, 8, 16, 16]);
    }

    [Fact]
    public void A_service_that_had_lived_well_is_started_at_once_again() =>
        RestartDelay.After(TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(16), Slowest).ShouldBe(RestartDelay.First);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("40", 40)]
    [InlineData("", 16)]
    [InlineData("soon", 16)]
    [InlineData("0", 16)]
    public void The_longest_wait_is_what_the_surroundings_say(string set, double seconds) => RestartDelay.SlowestOf(set).TotalSeconds.ShouldBe(seconds);
}
