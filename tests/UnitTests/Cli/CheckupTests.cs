using Shouldly;
using Xunit;
using ZiGong.Cli.Doctor;
using ZiGong.Cli.Events;
using ZiGong.Cli.Scores;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Cli;

/// <summary>The doctor's judgements at their limits, and events in a line.</summary>
public sealed class CheckupTests
{
    private const long Gib = 1L << 30;

    [Theory]
    [InlineData(Gib - 1, Health.Missing)]
    [InlineData(Gib, Health.Doubtful)]
    [InlineData((5 * Gib) - 1, Health.Doubtful)]
    [InlineData(5 * Gib, Health.Fine)]
    public void Disks_are_judged_by_what_a_run_takes(long free, Health health)
    {
        var checkup = Checkups.Disk("/data", free);

        checkup.Health.ShouldBe(health);
        (checkup.Remedy.Length > 0).ShouldBe(health != Health.Fine);
    }

    [Theory]
    [InlineData((2 * Gib) - 1, Health.Doubtful)]
    [InlineData(2 * Gib, Health.Fine)]
    public void Little_memory_is_doubtful_and_never_missing(long total, Health health) => Checkups.Memory(total).Health.ShouldBe(health);

    [Theory]
    [InlineData("10.0.100 [/x]", Health.Fine, "10.0.100")]
    [InlineData("9.0.1 [/x]\r\n10.1.0-preview.2 [/y]", Health.Fine, "9.0.1, 10.1.0-preview.2")]
    [InlineData("9.10.0 [/x]", Health.Missing, "9.10.0")]
    [InlineData("100.0.0 [/x]", Health.Missing, "100.0.0")]
    [InlineData("", Health.Missing, "none")]
    public void Any_10_among_the_SDKs_will_do(string sdks, Health health, string found)
    {
        var checkup = Checkups.Sdk(sdks);

        (checkup.Health, checkup.Found).ShouldBe((health, found));
    }

    [Theory]
    [InlineData("rabbitmq", false, "RabbitMQ is configured", false)]
    [InlineData("memory", true, "in memory; RabbitMQ is installed for tests", false)]
    [InlineData("memory", false, "in memory", true)]
    public void A_broker_is_fine_in_any_case(string transport, bool installed, string found, bool hints)
    {
        var checkup = Checkups.Broker(transport, installed);

        (checkup.Health, checkup.Found, checkup.Remedy.Length > 0).ShouldBe((Health.Fine, found, hints));
    }

    [Fact]
    public void A_database_is_there_with_its_version_or_missing_with_its_error()
    {
        Checkups.Postgres("17.2", "").ShouldBe(new Checkup("PostgreSQL", Health.Fine, "17.2"));
        Checkups.Postgres(null, "no route").Found.ShouldBe("no route");
        Checkups.Cores(4, "1", "4").Health.ShouldBe(Health.Doubtful);
        Checkups.Cores(4).Health.ShouldBe(Health.Fine, "nothing is asked of it");
    }

    [Theory]
    [InlineData("""{}""", "")]
    [InlineData("""{"A":null,"B":true,"C":1.50}""", "A , B True, C 1.50")]
    [InlineData("""{"A":{"x":1,"y":2},"B":[]}""", "A (2), B (0)")]
    [InlineData("""{"Unit":"u","RunId":"r","Generation":3,"Left":1}""", "Left 1")]
    [InlineData("""{"Id":"0123456789abcdef0123456789abcdef"}""", "Id 0123456789ab")]
    [InlineData("""{"Id":"0123456789ABCDEF0123456789abcdef"}""", "Id 0123456789ABCDEF0123456789abcdef")]
    public void Events_are_a_line_of_what_is_not_on_every_line(string payload, string text) => EventText.Of(payload).ShouldBe(text);

    [Fact]
    public void Long_texts_of_events_end_after_sixty_characters()
    {
        EventText.Of($$"""{"A":"{{new string('x', 60)}}"}""").ShouldBe($"A {new string('x', 60)}");
        EventText.Of($$"""{"A":"{{new string('x', 61)}}"}""").ShouldBe($"A {new string('x', 60)}…");
    }

    [Theory]
    [InlineData(null, null, 5, 0)]
    [InlineData(null, 1, 0, 1)]
    [InlineData(7, null, 7, 0)]
    public void Counts_of_scores_are_what_was_asked_for(int? top, int? bottom, int highest, int lowest) =>
        ScoresCommand.Counts(top, bottom).ShouldBe((highest, lowest));

    [Theory]
    [InlineData(0, null)]
    [InlineData(null, -3)]
    [InlineData(5, 0)]
    public void A_count_below_one_is_refused(int? top, int? bottom) =>
        Should.Throw<InputException>(() => ScoresCommand.Counts(top, bottom)).Message.ShouldContain("1 or more");
}
