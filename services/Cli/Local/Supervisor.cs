using System.Diagnostics;

namespace ZiGong.Cli.Local;

/// <summary>
/// Keeps the workers that a folder wants running: one that ends is started again, whatever ended it, at once and then slower and slower. A bad
/// configuration (exit code 2) would only fail again: such a one stays down until it is wanted anew.
/// </summary>
/// <param name="program">What a worker is: program, arguments, surroundings. Its output is taken to the worker's log.</param>
public sealed class Supervisor(ServiceFolder folder, Func<ServiceWorker, int, ProcessStartInfo> program, TimeSpan slowest, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, Task> _workers = new(StringComparer.Ordinal);

    /// <summary>Until it is cancelled; then it has asked all workers to end and waited for them.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            foreach (var worker in folder.Wanted().Where(w => !_workers.ContainsKey(w.Name)))
            {
                _workers[worker.Name] = KeepAsync(worker, ct);
            }

            await Task.Delay(Look, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_workers.Values);
    }

    private async Task KeepAsync(ServiceWorker worker, CancellationToken ct)
    {
        var delay = TimeSpan.Zero;
        for (var life = 1; !ct.IsCancellationRequested; life++)
        {
            var started = time.GetTimestamp();
            var code = await LiveAsync(worker, life, ct);
            if (ct.IsCancellationRequested)
            {
                return;
            }

            if (code == ExitCodes.Input)
            {
                await StayDownAsync(worker, ct);
                delay = TimeSpan.Zero;
                continue;
            }

            delay = RestartDelay.After(time.GetElapsedTime(started), delay, slowest);
            await Task.Delay(delay, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> LiveAsync(ServiceWorker worker, int life, CancellationToken ct)
    {
        using var process = Process.Start(IntoLog(program(worker, life), folder.Log(worker)))!;
        folder.SetProcess(worker, process.Id);
        await using var end = ct.Register(() => LocalProcess.Signal(process.Id, LocalProcess.Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private async Task StayDownAsync(ServiceWorker worker, CancellationToken ct)
    {
        await File.WriteAllTextAsync(folder.Ended(worker), "", ct);
        while (!ct.IsCancellationRequested && File.Exists(folder.Ended(worker)))
        {
            await Task.Delay(Look, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The shell becomes the program, so that number and signals are the program's own.</summary>
    private static ProcessStartInfo IntoLog(ProcessStartInfo start, string log)
    {
        var shell = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, start.FileName, .. start.ArgumentList])
        {
            UseShellExecute = false,
        };
        foreach (var (name, value) in start.Environment)
        {
            shell.Environment[name] = value;
        }

        return shell;
    }
}
