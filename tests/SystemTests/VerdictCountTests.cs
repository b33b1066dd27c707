using System.Globalization;
using Shouldly;
using Xunit;
using ZiGong.SystemTests.Torture;

namespace ZiGong.SystemTests;

/// <summary>How often a team downstream hears of a run's model, over a real broker. <c>ZIGONG_VERDICT_RUNS</c> sets the number of runs.</summary>
public sealed class VerdictCountTests
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("ZIGONG_VERDICT_RUNS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_subscriber_counts_as_many_verdicts_as_there_were_runs()
    {
        await using var arena = await Arena.NewAsync();
        arena.Services.Start();
        await arena.Services.ReadyAsync();

        var runs = new List<Guid>();
        for (var i = 0; i < Runs; i++)
        {
            runs.Add(await arena.RunAsync(Lab.Small));
        }

        await CheckAllHeardAsync(arena, runs);
        arena.Announcements.Announced.Values.Sum(ids => ids.Count).ShouldBe(Runs);
    }

    [Fact]
    public async Task With_the_broker_killed_in_between_no_verdict_is_missing_and_doubles_have_equal_ids()
    {
        await using var arena = await Arena.NewAsync();
        arena.Services.Start();
        await arena.Services.ReadyAsync();

        var runs = new List<Guid>();
        for (var i = 0; i < Runs; i++)
        {
            runs.Add(await arena.RunAsync(Lab.Small, meanwhile: () =>
            {
                arena.Broker.Kill();
                arena.Broker.Restart();
            }));
        }

        await CheckAllHeardAsync(arena, runs);
    }

    private static async Task CheckAllHeardAsync(Arena arena, List<Guid> runs)
    {
        foreach (var run in runs)
        {
            (await arena.IsAnnouncedAsync(run)).ShouldBeTrue($"run {run} was never announced");
        }

        // Doubles, if any, are under way by now.
        await Task.Delay(TimeSpan.FromSeconds(3));
        arena.Announcements.Announced.ShouldAllBe(a => runs.Contains(a.Key) && a.Value.Distinct().Count() == 1);
    }
}
