using System.Diagnostics;

namespace ZiGong.Cli.Local;

/// <summary>
/// Keeps the workers that a folder wants running: one that ends is started again, whatever ended it, at once and then slower and slower. A bad
/// configuration (exit code 2) would only fail again: such a one stays down until it is wanted anew.
/// </summary>
/// <param name="program">What a worker is: program, arguments, surroundings. Its output is taken to the worker's log.</param>
/// <param name="log">Gets what kept a worker from being started or noted; none of that ends the supervision of any.</param>
public sealed class Supervisor(
    ServiceFolder folder, Func<ServiceWorker, int, ProcessStartInfo> program, TimeSpan slowest, TextWriter log, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, Task> _workers = new(StringComparer.Ordinal);

    /// <summary>Until it is cancelled; then it has asked all workers to end and waited for them.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var delay = TimeSpan.Zero;
        while (!ct.IsCancellationRequested)
        {
            delay = KeepWanted(ct) ? TimeSpan.Zero : RestartDelay.After(TimeSpan.Zero, delay, slowest);
            await Task.Delay(delay > Look ? delay : Look, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_workers.Values);
    }

    /// <returns>False when it cannot be read who is wanted.</returns>
    private bool KeepWanted(CancellationToken ct)
    {
        try
        {
            foreach (var worker in folder.Wanted().Where(w => !_workers.ContainsKey(w.Name)))
            {
                _workers[worker.Name] = KeepAsync(worker, ct);
            }

            return true;
        }
        catch (Exception e)
        {
            Say("the list of wanted workers cannot be read", e);
            return false;
        }
    }

    private async Task KeepAsync(ServiceWorker worker, CancellationToken ct)
    {
        var delay = TimeSpan.Zero;
        for (var life = 1; !ct.IsCancellationRequested; life++)
        {
            var started = time.GetTimestamp();
            if (await EndsForGoodAsync(worker, life, ct))
            {
                delay = TimeSpan.Zero;
                continue;
            }

            delay = RestartDelay.After(time.GetElapsedTime(started), delay, slowest);
            await Task.Delay(delay, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One life. A full disk, or no process to be had, is one that failed.</summary>
    /// <returns>Whether it ended for good, and is wanted anew.</returns>
    private async Task<bool> EndsForGoodAsync(ServiceWorker worker, int life, CancellationToken ct)
    {
        try
        {
            if (await LiveAsync(worker, life, ct) != ExitCodes.Input || ct.IsCancellationRequested)
            {
                return false;
            }

            await StayDownAsync(worker, ct);
            return true;
        }
        catch (Exception e)
        {
            Say($"{worker.Name} cannot be kept running just now", e);
            return false;
        }
    }

    private async Task<int> LiveAsync(ServiceWorker worker, int life, CancellationToken ct)
    {
        // A shell that cannot open the log would end as a service with a bad configuration does.
        await using (new FileStream(folder.Log(worker), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
        }

        using var process = Process.Start(IntoLog(program(worker, life), folder.Log(worker)))!;
        try
        {
            folder.SetProcess(worker, process.Id);
        }
        catch
        {
            // What nobody knows of, nobody could end. It has begun nothing yet.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await using var end = ct.Register(() => LocalProcess.Signal(process.Id, LocalProcess.Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private async Task StayDownAsync(ServiceWorker worker, CancellationToken ct)
    {
        await File.WriteAllTextAsync(folder.Ended(worker), "", CancellationToken.None);
        while (!ct.IsCancellationRequested && File.Exists(folder.Ended(worker)))
        {
            await Task.Delay(Look, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The log may stand on the disk that is full.</summary>
    private void Say(string what, Exception why)
    {
        try
        {
            log.WriteLine($"{time.GetUtcNow():u} {what}: {why.Message}");
        }
        catch (IOException)
        {
            // Whoever looks sees the worker restarting.
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
