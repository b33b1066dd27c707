using System.Globalization;
using Shouldly;
using Xunit;
using Xunit.Abstractions;
using ZiGong.Contracts;
using ZiGong.Testing;

namespace ZiGong.SystemTests.Torture;

/// <summary>
/// Runs on separate processes, a real broker and a real database, while all of them are killed, stopped, wiped and fed nonsense. They end with the
/// bytes of an undisturbed run. Short here; <c>./zigong torture --rounds N --seed S</c> goes on for as long as one likes.
/// </summary>
public sealed class TortureTests(ITestOutputHelper output)
{
    /// <summary>What the services do to themselves, by turns.</summary>
    private static readonly string[] Moods = ["crash=0.3,clock=48", "twice=1,delay=150", "later=0.4,delay=300"];

    private static readonly Dictionary<string, string> Habits = new(StringComparer.Ordinal)
    {
        ["twice"] = "EveryMessageTwice", ["later"] = "ReorderedDeliveries", ["clock"] = "JumpingClock",
    };

    [Fact]
    public async Task Runs_end_with_the_bytes_of_an_undisturbed_one_whatever_breaks_meanwhile()
    {
        var rounds = Given("ZIGONG_TORTURE_ROUNDS", 3);
        var seed = Given("ZIGONG_TORTURE_SEED", 1UL);
        var first = Given("ZIGONG_TORTURE_FIRST", 1) - 1;
        await using var arena = await Arena.NewAsync();
        var kinds = Enum.GetValues<Fault>();
        for (var round = first; round < first + rounds; round++)
        {
            // Its own dice: a round that failed can be tried again without those before it.
            var random = SeededRandom.Stream(seed, "torture", $"{round}");
            var mood = Moods[round % Moods.Length];
            arena.Services.Start($"seed={TortureSeeds.OfFaults(seed, round)},{mood}", "GradientExtraction=2");
            await arena.Services.ReadyAsync();
            var crashes = arena.Services.Count("injected fault");
            await arena.RoundAsync(
                TortureSeeds.OfRun(seed, round),
                [.. Enumerable.Range(0, 4).Select(i => kinds[((4 * round) + i) % kinds.Length]).OrderBy(_ => random.NextDouble())],
                random);
            arena.Services.Stop();
            arena.Tally.Add("CrashBetweenCommitAndPublish", arena.Services.Count("injected fault") - crashes);
            foreach (var habit in mood.Split(',').Where(h => Habits.ContainsKey(h.Split('=')[0])))
            {
                arena.Tally.Add(Habits[habit.Split('=')[0]]);
            }

            output.WriteLine($"{round + 1}/{first + rounds}: {arena.Tally}");
            System.Console.Error.WriteLine($"torture {round + 1}/{first + rounds}: {arena.Tally}");
        }

        if (arena.Tally.Of(Fault.PoisonMessage) > 0)
        {
            (await arena.Lab.CountAsync("select count(*) from zigong.dead_letters where state = 'Open'"))
                .ShouldBeGreaterThan(0, "nonsense is kept for an operator to see");
        }

        arena.Tally.Finished.ShouldBe(rounds);
        arena.Tally.MessagesLost.ShouldBe(0);
        arena.Tally.SamplesLostOrDoubled.ShouldBe(0);
        arena.Tally.SelectionsThatDiffer.ShouldBe(0);
        arena.Tally.AdaptersThatDiffer.ShouldBe(0);
        arena.Tally.Faults.ShouldBeGreaterThan(2 * rounds, "most of the faults found something to damage");
    }

    [Fact]
    public async Task Training_that_is_killed_at_ten_points_makes_the_adapter_of_an_undisturbed_one()
    {
        var random = new SeededRandom(10);
        await using var arena = await Arena.NewAsync();
        arena.Services.Start("", "GradientExtraction=2");
        await arena.Services.ReadyAsync();

        await arena.RoundAsync(77, [.. Enumerable.Repeat(Fault.KillService, 10)], random, _ => "Training");

        output.WriteLine(arena.Tally.ToString());
        arena.Tally.AdaptersThatDiffer.ShouldBe(0);
        arena.Tally.Finished.ShouldBe(1);
        arena.Tally.Faults.ShouldBe(10);
    }

    private static T Given<T>(string variable, T otherwise)
        where T : IParsable<T> =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? T.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
