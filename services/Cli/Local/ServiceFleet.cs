using System.Diagnostics;

namespace ZiGong.Cli.Local;

/// <summary>The pipeline's services as processes of this machine, which a supervisor of their own keeps running when their starter is gone.</summary>
public sealed class ServiceFleet(ServiceFolder folder, TimeProvider time)
{
    private const long LargestLog = 50_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Starts workers that are not running. Those that a supervisor keeps stay as they are, and go on beside these; those that have lost theirs are
    /// ended first, because a new supervisor would start a second set beside them.
    /// </summary>
    /// <param name="app">The folder of the assemblies.</param>
    /// <param name="environment">What the supervisor and with it the services get beside this process's own surroundings.</param>
    /// <exception cref="IOException">The supervisor does not start.</exception>
    public async Task StartAsync(
        string app, IReadOnlyList<ServiceWorker> workers, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        Directory.CreateDirectory(folder.Path);
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var isRunning = folder.Supervisor() is not null;
        if (!isRunning)
        {
            await EndOrphansAsync(Workers(), time.GetTimestamp(), ct);
            folder.SetApp(app);
        }

        foreach (var worker in workers.Where(w => folder.Process(w) is null))
        {
            Prepare(worker);
        }

        folder.Want(isRunning ? folder.Wanted().Union(workers) : workers);
        if (!isRunning)
        {
            await StartSupervisorAsync(app, environment, ct);
        }
    }

    /// <summary>Asks all to stop, waits for their work to be put back, then kills.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (!Directory.Exists(folder.Path))
        {
            return;
        }

        var started = time.GetTimestamp();
        var workers = Workers();
        var asked = new List<int>(Supervisors());
        asked.ForEach(id => LocalProcess.Signal(id, LocalProcess.Terminate));
        await GoneAsync(asked, started, ct);
        asked.ForEach(KillIfRunning);
        // Only where the supervisor could not do it.
        await EndOrphansAsync(workers, started, ct);
        folder.ForgetSupervisor();
    }

    public async Task<IReadOnlyList<ServiceState>> StatesAsync(CancellationToken ct)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var supervised = folder.Supervisor() is not null;
        return await Task.WhenAll(folder.Wanted().Select(async worker =>
        {
            var process = folder.Process(worker);
            var address = folder.Address(worker);
            var ready = process is not null && await IsReadyAsync(client, address, ct);
            var condition = ServiceState.ConditionOf(process is not null, ready, supervised, File.Exists(folder.Ended(worker)));
            return new ServiceState(worker, condition, process, address);
        }));
    }

    /// <summary>Looks until all workers are ready, or that time is over.</summary>
    public async Task<IReadOnlyList<ServiceState>> WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var states = await StatesAsync(ct);
            if (AreReady(states) || time.GetElapsedTime(started) > atMost)
            {
                return states;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time, ct);
        }
    }

    public static bool AreReady(IReadOnlyList<ServiceState> states) => states.All(s => s.Condition == ServiceCondition.Ready);

    /// <summary>Ends what runs of these workers, asked first and killed when patience is over, and forgets their numbers.</summary>
    private async Task EndOrphansAsync(IReadOnlyList<ServiceWorker> workers, long since, CancellationToken ct)
    {
        List<int> orphans = [.. workers.Select(folder.Process).OfType<int>()];
        orphans.ForEach(id => LocalProcess.Signal(id, LocalProcess.Terminate));
        await GoneAsync(orphans, since, ct);
        orphans.ForEach(KillIfRunning);
        foreach (var worker in workers)
        {
            folder.Forget(worker);
        }
    }

    private static void KillIfRunning(int id)
    {
        if (LocalProcess.IsRunning(id))
        {
            LocalProcess.Signal(id, LocalProcess.Kill);
        }
    }

    private void Prepare(ServiceWorker worker)
    {
        folder.Forget(worker);
        // The address of the last start if nobody has taken it since; never one that another worker was given.
        var address = folder.Address(worker);
        if (address.Length == 0 || folder.Addresses().Count(a => a == address) > 1 || FreeAddress.IsTaken(address))
        {
            folder.SetAddress(worker, FreeAddress.For($"{folder.Path}/{worker.Name}", folder.Addresses()));
        }

        if (new FileInfo(folder.Log(worker)) is { Exists: true, Length: > LargestLog })
        {
            File.Move(folder.Log(worker), $"{folder.Log(worker)}.1", overwrite: true);
        }
    }

    /// <summary>In a session of its own: Ctrl-C for whoever started it is not for the services.</summary>
    private async Task StartSupervisorAsync(string app, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        var command = new ProcessStartInfo(
            "setsid",
            ["--fork", "sh", "-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", folder.SupervisorLog,
             "dotnet", Path.Combine(app, "ZiGong.Cli.dll"), "local", "supervise", folder.Path, app])
        {
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            command.Environment[name] = value;
        }

        using var process = Process.Start(command)!;
        await process.WaitForExitAsync(ct);
        var started = time.GetTimestamp();
        while (folder.Supervisor() is null)
        {
            if (time.GetElapsedTime(started) > Beginning)
            {
                throw new IOException($"the supervisor of the services does not start; see {folder.SupervisorLog}");
            }

            await Task.Delay(Look, time, ct);
        }
    }

    /// <summary>This version has one for all workers, earlier ones had one for each.</summary>
    private IEnumerable<int> Supervisors() => Directory.EnumerateFiles(folder.Path, "*.supervisor")
        .Select(f => LocalProcess.AliveHolding(f, Path.ChangeExtension(f, null)))
        .Append(folder.Supervisor())
        .OfType<int>();

    private IReadOnlyList<ServiceWorker> Workers() =>
        [.. Directory.EnumerateFiles(folder.Path, "*.pid").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n != "supervisor")
            .Select(ServiceWorker.Of)];

    private async Task GoneAsync(List<int> processes, long since, CancellationToken ct)
    {
        while (processes.Exists(LocalProcess.IsRunning) && time.GetElapsedTime(since) < Patience)
        {
            await Task.Delay(Look, time, ct);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, string address, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync($"{address}/health/ready", ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
