using System.Diagnostics;

namespace ZiGong.Cli.Local.Results;

/// <summary>Programs that a measurement calls.</summary>
internal static class MeasuringProcess
{
    /// <summary>The code that is there now; nobody knows whether code without a commit, or with changes, is the same as another.</summary>
    public static async Task<(string Name, bool IsKnown)> CodeAsync(string root, CancellationToken ct)
    {
        var (code, commit) = await OutputAsync("git", ["-C", root, "rev-parse", "--short", "HEAD"], ct);
        if (code != 0)
        {
            return ("unknown", false);
        }

        var (_, changes) = await OutputAsync(
            "git", ["-C", root, "status", "--porcelain", "--", "zigong", "services", "shared", "infra", "Directory.*.props", "global.json"], ct);
        return changes.Length == 0 ? (commit.Trim(), true) : ($"{commit.Trim()} with changes", false);
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs a program to its end with its output and its errors in files. Ctrl-C reaches it too: it is waited for, and asked to end when it has not
    /// heard of it.
    /// </summary>
    public static async Task<int> RunAsync(string program, IReadOnlyList<string> arguments, string output, string errors, CancellationToken ct)
    {
        await using var outputFile = File.Create(output);
        await using var errorFile = File.Create(errors);
        using var process = Start(program, arguments);
        var end = Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(outputFile, CancellationToken.None),
            process.StandardError.BaseStream.CopyToAsync(errorFile, CancellationToken.None),
            process.WaitForExitAsync(CancellationToken.None));
        await end.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await end.WaitAsync(Patience, TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!end.IsCompleted)
        {
            LocalProcess.Signal(process.Id, LocalProcess.Terminate);
        }

        await end;
        return process.ExitCode;
    }

    private static async Task<(int Code, string Output)> OutputAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await errors;
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, output);
    }

    private static Process Start(string program, IReadOnlyList<string> arguments) => Process.Start(
        new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
