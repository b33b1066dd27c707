using System.Diagnostics;

namespace ZiGong.Testing;

/// <summary>
/// A server of this test run alone, started by one of the scripts in <c>infra/local</c>. The script watches this process and
/// removes the server when it ends, however it ends.
/// </summary>
public sealed class LocalServer : IDisposable
{
    private readonly string _script;

    private LocalServer(string script, string folder, string address)
    {
        _script = script;
        Folder = folder;
        Address = address;
    }

    public string Folder { get; }

    /// <summary>What clients connect with: an Npgsql connection string, or an amqp URI.</summary>
    public string Address { get; }

    /// <summary>A fresh PostgreSQL cluster without fsync, holding an empty database.</summary>
    public static LocalServer StartPostgres(params string[] options) => Start("postgres", ["--scratch", .. options]);

    /// <summary>The same, but what is committed is on the disk, as in production.</summary>
    public static LocalServer StartDurablePostgres() => Start("postgres");

    /// <summary>A fresh RabbitMQ broker on free loopback ports.</summary>
    public static LocalServer StartRabbitMq(params string[] options) => Start("rabbitmq", options);

    private static LocalServer Start(string kind, params string[] options)
    {
        var script = Path.Combine(Checkout.Root, "infra", "local", kind + ".sh");
        var parent = Environment.GetEnvironmentVariable("ZIGONG_TEST_SERVERS") ?? Path.Combine(Path.GetTempPath(), "zigong-test-servers");
        var folder = Path.Combine(parent, $"{kind}-{Guid.CreateVersion7():N}");
        var address = Shell.Run(script, ["start", folder, "--watch", Environment.ProcessId.ToString(), .. options]).Trim();
        return new LocalServer(script, folder, address);
    }

    /// <summary>SIGKILL, as a power cut would do it.</summary>
    public void Kill() => Shell.Run(_script, ["kill", Folder]);

    /// <summary>Starts it again after <see cref="Kill"/> with what it had on disk; the address stays.</summary>
    public void Restart() => Shell.Run(_script, ["start", Folder]);

    /// <summary>The broker's queues with their leaders and messages, for a failed test.</summary>
    public string Queues()
    {
        var listed = Shell.Try(_script, ["queues", Folder]);
        return listed.Output + listed.Errors;
    }

    public void Dispose() => Shell.Run(_script, ["remove", Folder]);
}

/// <summary>Where the sources are.</summary>
public static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ZiGong.Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the tests do not run inside a checkout");
    }
}

/// <summary>What a program said and how it ended.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>Runs programs for tests.</summary>
public static class Shell
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    /// <summary>Runs a program that has to succeed; returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message carries its error output.</exception>
    public static string Run(string program, IReadOnlyList<string> arguments)
    {
        var result = Try(program, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Errors}");
    }

    public static ProgramResult Try(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        // A program that hangs, or leaves its output open to a child that stays, fails one test and not the whole run.
        if (!Task.WhenAll(errors, output, process.WaitForExitAsync()).Wait(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} is not done after {Deadline}");
        }

        return new ProgramResult(process.ExitCode, output.Result, errors.Result);
    }
}
