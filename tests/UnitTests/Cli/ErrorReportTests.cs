using System.Net.Sockets;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Cli;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Reports.Runs;

namespace ZiGong.UnitTests.Cli;

public sealed class ErrorReportTests
{
    [Fact]
    public void Input_ends_with_2_and_its_message_alone()
    {
        var report = ErrorReport.Of(new InputException("table.csv, line 3: bad"));

        report.ExitCode.ShouldBe(ExitCodes.Input);
        report.Message.ShouldBe("table.csv, line 3: bad");
        report.Hint.ShouldBeNull();
    }

    [Fact]
    public void The_cause_is_found_inside_what_frameworks_wrap_around_it()
    {
        var wrapped = new AggregateException(new System.Reflection.TargetInvocationException(new InputException("the cause")));

        ErrorReport.Of(wrapped).Message.ShouldBe("the cause");
        ErrorReport.Of(wrapped).ExitCode.ShouldBe(ExitCodes.Input);
    }

    [Fact]
    public void A_database_that_is_gone_is_a_fault_that_loses_nothing()
    {
        var report = ErrorReport.Of(new NpgsqlException("Failed to connect to 127.0.0.1:5432", new SocketException(111)));

        report.ExitCode.ShouldBe(ExitCodes.Fault);
        report.Message.ShouldStartWith("the database cannot be reached");
        report.Hint!.ShouldContain("nothing is lost");
    }

    [Theory]
    [InlineData(true, ExitCodes.Input)]
    [InlineData(false, ExitCodes.Fault)]
    public void A_failed_run_ends_by_what_made_it_fail(bool input, int exitCode) =>
        ErrorReport.Of(new RunFailedException("stage Gradients, unit a/b: NaN", input, "trace")).ExitCode.ShouldBe(exitCode);

    [Fact]
    public void Ctrl_C_ends_with_130() => ErrorReport.Of(new TaskCanceledException()).ExitCode.ShouldBe(ExitCodes.Interrupted);

    [Fact]
    public void A_missing_library_points_to_the_doctor()
    {
        var report = ErrorReport.Of(new TypeInitializationException("Native", new DllNotFoundException("Unable to load LibTorchSharp\nlong list")));

        report.ExitCode.ShouldBe(ExitCodes.Fault);
        report.Message.ShouldNotContain("long list");
        report.Hint!.ShouldContain("zigong doctor");
    }

    [Fact]
    public void A_defect_asks_for_the_stack_trace_and_keeps_it()
    {
        var report = ErrorReport.Of(new InvalidOperationException("odd"));

        report.ExitCode.ShouldBe(ExitCodes.Fault);
        report.Hint!.ShouldContain("--verbose");
        report.Details.ShouldContain("InvalidOperationException");
    }
}
