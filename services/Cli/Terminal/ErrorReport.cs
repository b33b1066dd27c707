using System.Net.Sockets;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Reports.Runs;

namespace ZiGong.Cli.Terminal;

/// <summary>The command line itself was wrong; its message says how to ask for help.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>An error as the user sees it.</summary>
/// <param name="Kind">input, fault or interrupted.</param>
/// <param name="Hint">What to do next, where the message does not say it.</param>
public sealed record ErrorReport(int ExitCode, string Kind, string Message, string? Hint, string Details)
{
    public static ErrorReport Of(Exception e) => Innermost(e) switch
    {
        UsageException usage => Input(usage.Message, usage),
        InputException input => Input(input.Message, input),
        RunFailedException { Input: true } run => new ErrorReport(ExitCodes.Input, "input", run.Message, null, run.Details),
        RunFailedException run => new ErrorReport(ExitCodes.Fault, "fault", run.Message, null, run.Details),
        OperationCanceledException cancelled => new ErrorReport(ExitCodes.Interrupted, "interrupted", "stopped", null, cancelled.ToString()),
        NpgsqlException database when IsUnreachable(database) => new ErrorReport(
            ExitCodes.Fault, "fault", $"the database cannot be reached: {database.Message}",
            "nothing is lost; start PostgreSQL (any `zigong` command starts the private one) or correct Pipeline:Database, then try again",
            database.ToString()),
        IOException io => new ErrorReport(ExitCodes.Fault, "fault", io.Message, null, io.ToString()),
        UnauthorizedAccessException denied => new ErrorReport(ExitCodes.Fault, "fault", denied.Message, "check the permissions", denied.ToString()),
        DllNotFoundException or NotSupportedException { Source: "TorchSharp" } => new ErrorReport(
            ExitCodes.Fault, "fault", $"a native library cannot be loaded: {Innermost(e).Message.Split('\n')[0]}", "`zigong doctor` says what is missing",
            e.ToString()),
        var other => new ErrorReport(
            ExitCodes.Fault, "fault", $"{other.GetType().Name}: {other.Message}", "run the command again with --verbose for the stack trace", other.ToString()),
    };

    private static ErrorReport Input(string message, Exception e) => new(ExitCodes.Input, "input", message, null, e.ToString());

    /// <summary>Frameworks wrap what went wrong; the cause is what the user can act on.</summary>
    private static Exception Innermost(Exception e) => e switch
    {
        AggregateException { InnerExceptions.Count: 1 } aggregate => Innermost(aggregate.InnerExceptions[0]),
        TypeInitializationException { InnerException: { } inner } => Innermost(inner),
        System.Reflection.TargetInvocationException { InnerException: { } inner } => Innermost(inner),
        InvalidOperationException { InnerException: NpgsqlException inner } => inner,
        _ => e,
    };

    private static bool IsUnreachable(NpgsqlException e) =>
        e is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow }
        || e is not PostgresException && e.InnerException is SocketException or IOException or TimeoutException;
}
