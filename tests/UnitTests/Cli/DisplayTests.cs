using Shouldly;
using Xunit;
using ZiGong.Cli.Doctor;
using ZiGong.Cli.Events;
using ZiGong.Cli.Scores;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.UnitTests.Cli;

public sealed class DisplayTests
{
    [Theory]
    [InlineData(3.21, "3.2 s")]
    [InlineData(61, "61 s")]
    [InlineData(189.5, "3 min 09 s")]
    [InlineData(7260, "2 h 01 min")]
    public void Durations_are_as_exact_as_anyone_needs(double seconds, string text) => Format.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(1234.56, "1,234.6/s")]
    [InlineData(0.1, "6/min")]
    public void Slow_rates_are_per_minute(double rate, string text) => Format.Rate(rate).ShouldBe(text);

    [Fact]
    public void Intervals_show_their_ends() => Format.Interval(new Interval(0.4321, 0.4, 0.46)).ShouldBe("0.432 [0.400, 0.460]");

    [Fact]
    public void What_does_not_exist_is_a_dash() => Format.Figure(double.NaN).ShouldBe("-");

    [Fact]
    public void Documents_get_Markdown()
    {
        using var output = new StringWriter();
        var screen = new Screen(output, TextWriter.Null, markdown: true);
        screen.Heading("Arms");
        screen.Print(Format.Table(["a", "b>"], [["x", "1"]]));
        screen.Line("One line.");

        var lines = output.ToString().Split('\n').Select(l => l.Trim()).ToList();
        lines.ShouldContain("### Arms");
        lines.ShouldContain(l => l.StartsWith("| x ", StringComparison.Ordinal) && l.EndsWith("1 |", StringComparison.Ordinal));
        lines.Count(l => l.StartsWith('|')).ShouldBe(3, "head, rule and row");
    }

    [Fact]
    public void Cells_are_text_not_markup()
    {
        using var output = new StringWriter();
        new Screen(output, TextWriter.Null).Print(Format.Table(["a", "b>"], [["[red]x[/]", "1"]]));

        output.ToString().ShouldContain("[red]x[/]");
    }

    [Fact]
    public void A_plain_status_line_waits_and_goes_to_the_error_stream()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var time = new SteppedTime();
        var status = new StatusLine(new Screen(output, errors), time);

        status.Show("too early");
        time.Advance(TimeSpan.FromSeconds(6));
        status.Show("in time");
        status.Show("too early again");
        status.Clear();

        errors.ToString().Trim().ShouldBe("in time");
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Events_show_scalars_and_shorten_hashes()
    {
        var hash = new string('a', 64);

        EventText.Of($$"""{"RunId":"x","Generation":1,"Unit":"u","Kept":5,"Selection":"{{hash}}","Reasons":["r","s"]}""")
            .ShouldBe("Kept 5, Selection aaaaaaaaaaaa, Reasons (2)");
    }

    [Fact]
    public void Without_a_wish_scores_shows_the_top()
    {
        ScoresCommand.Counts(null, null).ShouldBe((5, 0));
        ScoresCommand.Counts(null, 3).ShouldBe((0, 3));
        ScoresCommand.Counts(2, 3).ShouldBe((2, 3));
        Should.Throw<InputException>(() => ScoresCommand.Counts(0, null));
    }

    [Theory]
    [InlineData("10.0.401 [/usr/share/dotnet/sdk]\n", Health.Fine)]
    [InlineData("8.0.100 [/usr/share/dotnet/sdk]\n9.0.100 [/x]\n", Health.Missing)]
    [InlineData("", Health.Missing)]
    [InlineData(null, Health.Missing)]
    public void The_doctor_wants_sdk_10(string? sdks, Health health) => Checkups.Sdk(sdks).Health.ShouldBe(health);

    [Fact]
    public void What_is_missing_comes_with_how_to_get_it()
    {
        Checkups.Postgres(null, "connection refused").Remedy.ShouldContain("apt-get install postgresql");
        Checkups.Tensors("cannot load", "", 0).Remedy.ShouldContain("LIBTORCH");
        Checkups.Tensors(null, "a copy", 0).Found.ShouldBe("libtorch answers; a copy");
        var absent = Checkups.Tensors(null, "a copy", 1, "Pipeline:Device is cuda:3");
        (absent.Health, absent.Remedy).ShouldBe((Health.Missing, "Pipeline:Device is cuda:3"));
        Checkups.Tensors(null, "a copy", 2).Found.ShouldContain("CUDA devices: 2");
        Checkups.Disk("/x", 1000).Health.ShouldBe(Health.Missing);
        Checkups.Disk("/x", 100L << 30).Remedy.ShouldBeEmpty();
        Checkups.Broker("memory", installed: false).Health.ShouldBe(Health.Fine, "the embedded mode needs no broker");
        Checkups.Cores(2, "1", null).Health.ShouldBe(Health.Doubtful);
        Checkups.Cores(2, "1", "1").Health.ShouldBe(Health.Fine);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
