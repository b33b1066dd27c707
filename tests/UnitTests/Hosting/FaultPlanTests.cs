using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting.Faults;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Hosting;

public sealed class FaultPlanTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(20261127)]
    [InlineData(9007199254740993)] // no double holds it
    [InlineData(ulong.MaxValue)]
    public void Every_seed_is_read_in_full(ulong seed)
    {
        var plan = FaultPlan.Parse($"seed={seed},crash=0.25,clock=48")!;

        plan.ShouldBe(new FaultPlan(seed, 0.25, 0, 0, 0, 48));
        new FaultInjection(plan).Next().ShouldBe(SeededRandom.Stream(seed, Environment.GetEnvironmentVariable("ZIGONG_LIFE") ?? "").NextDouble());
    }

    [Theory]
    [InlineData("seed=-1")]
    [InlineData("seed=1.5")]
    [InlineData("seed=18446744073709551616")]
    [InlineData("seed=")]
    [InlineData("crash=-1")]
    [InlineData("crash")]
    [InlineData("lightning=1")]
    public void What_cannot_be_read_is_refused_with_the_names_there_are(string text) =>
        Should.Throw<InputException>(() => FaultPlan.Parse(text)).Message.ShouldContain("one of the names seed, crash");

    [Theory]
    [InlineData(1, 1, 1001)] // as ever, so that a round which failed can be tried again
    [InlineData(7, 0, 7000)]
    [InlineData(20261127, 2, 20261127002)]
    public void The_seed_of_a_torture_makes_seeds_of_runs(ulong seed, int round, long expected) => TortureSeeds.OfRun(seed, round).ShouldBe(expected);

    [Theory]
    [InlineData(0)]
    [InlineData(20261127)]
    [InlineData(9999999999999999999)]
    [InlineData(ulong.MaxValue)]
    public void Every_seed_of_a_torture_can_be_run(ulong seed)
    {
        long[] runs = [.. Enumerable.Range(0, 50).Select(round => TortureSeeds.OfRun(seed, round))];

        runs.Distinct().Count().ShouldBe(50);
        foreach (var run in runs)
        {
            RunOptionsReader.Set(new RunOptions(), $"Seed={run}").Seed.ShouldBe(run);
        }

        FaultPlan.Parse($"seed={TortureSeeds.OfFaults(seed, 3)},twice=1")!.Seed.ShouldBe(unchecked(seed + 3));
    }
}
