using System.Net.Sockets;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Hosting;
using ZiGong.Hosting.Faults;

namespace ZiGong.UnitTests.Hosting;

/// <summary>Dice of the torture, what is told once, and the sentence about a slow command.</summary>
public sealed class FaultInjectionTests
{
    [Fact]
    public void Dice_strike_as_often_as_they_are_told()
    {
        var dice = new FaultInjection(new FaultPlan(7, 0, 0, 0, 0, 0));

        Enumerable.Range(0, 1000).Count(_ => dice.Strikes(0)).ShouldBe(0);
        Enumerable.Range(0, 1000).Count(_ => dice.Strikes(1)).ShouldBe(1000);
        Enumerable.Range(0, 4000).Count(_ => dice.Strikes(0.25)).ShouldBeInRange(860, 1140, "1000 expected, standard deviation 27");
    }

    [Fact]
    public void The_same_seed_rolls_the_same_dice_and_a_chance_of_none_takes_no_roll()
    {
        double[] Rolls(ulong seed)
        {
            var dice = new FaultInjection(new FaultPlan(seed, 0, 0, 0, 0, 0));
            _ = dice.Strikes(0);
            return [.. Enumerable.Range(0, 5).Select(_ => dice.Next())];
        }

        Rolls(1).ShouldBe(Rolls(1));
        Rolls(1).ShouldNotBe(Rolls(2));
        Rolls(1).ShouldAllBe(r => r >= 0 && r < 1);
    }

    [Fact]
    public void Without_a_chance_the_process_survives_its_commits() => Should.NotThrow(() => new FaultInjection(new FaultPlan(1, 0, 1, 1, 1, 1)).AfterCommit());

    [Fact]
    public void No_plan_is_no_fault() => FaultPlan.Parse("").ShouldBeNull();

    [Fact]
    public void A_plan_is_read_name_by_name_and_what_is_not_named_is_none() =>
        FaultPlan.Parse("seed=18446744073709551615, crash=0.02,clock=48").ShouldBe(new FaultPlan(ulong.MaxValue, 0.02, 0, 0, 0, 48));

    [Fact]
    public void What_is_met_again_is_first_once_and_forgotten_when_there_is_too_much_of_it()
    {
        var first = new FirstTimes<string>(most: 2);

        new[] { "a", "a", "b", "a", "c", "a", "a" }.Select(first.IsFirst).ShouldBe([true, false, true, false, true, true, false]);
    }

    [Fact]
    public void A_slow_command_says_where_to_look_and_whose_it_was()
    {
        var fault = new SlowCommandException(new NpgsqlException(
            "Exception while reading from stream", new TimeoutException("Timeout during reading attempt")));

        fault.Message.ShouldBe(
            "the database answers, but did not finish the command of this step in time: look for what holds it up (pg_stat_activity, "
            + "locks, missing statistics), "
            + "or raise Command Timeout in the connection string");
        Outage.PurposeOf(Thrown()).ShouldBe("FaultInjectionTests.Thrown", "the method, and not the lambda within it");
    }

    [Fact]
    public void An_outage_is_found_among_many_causes_and_not_made_of_others()
    {
        Outage.IsOne(new AggregateException(new InvalidOperationException(), new NpgsqlException("gone", new SocketException(111)))).ShouldBeTrue();
        Outage.IsOne(new InvalidOperationException("x", new InvalidOperationException("y", new NpgsqlException("gone", new IOException())))).ShouldBeTrue();
        Outage.IsOne(new AggregateException(new InvalidOperationException(), new IOException("disk"))).ShouldBeFalse();
        Outage.IsOne(new SocketException(111)).ShouldBeFalse("whose it was is not known");
    }

    private static Exception Thrown()
    {
        try
        {
            Fails(() => throw new NpgsqlException("slow", new TimeoutException()));
            throw new InvalidOperationException("it does not fail");
        }
        catch (NpgsqlException e)
        {
            return e;
        }
    }

    private static void Fails(Action action) => action();
}
