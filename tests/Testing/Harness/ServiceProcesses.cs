using System.Globalization;
using ZiGong.Cli.Local;
using ZiGong.Hosting;

namespace ZiGong.Testing;

/// <summary>
/// Every service as supervised processes on this machine, started as <c>zigong up</c> does it, from the assemblies beside the tests.
/// </summary>
public sealed class ServiceProcesses : IDisposable
{
    public static readonly string[] Names = [.. ServiceWorker.Services];

    private readonly string _folder;
    private readonly PipelineOptions _options;
    private readonly ServiceFleet _fleet;

    public ServiceProcesses(string folder, PipelineOptions options)
    {
        _folder = folder;
        _options = options;
        _fleet = new ServiceFleet(new ServiceFolder(folder), TimeProvider.System);
    }

    /// <summary>Where Control answers.</summary>
    public string Address => File.ReadAllText(Path.Combine(_folder, "Control-1.url")).Trim();

    /// <summary>The token that Control made when it first started.</summary>
    public string OperatorToken => File.ReadAllText(Path.Combine(_folder, "tokens.operator")).Trim();

    /// <param name="faults">What the services do to themselves; see <c>FaultPlan</c>.</param>
    /// <param name="workers">How many of a service where that is not one, as <c>NAME=N</c>.</param>
    public void Start(string faults = "", params string[] workers)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Pipeline__Database"] = _options.Database,
            ["Pipeline__Transport"] = "rabbitmq",
            ["Pipeline__Broker"] = _options.Broker,
            ["Pipeline__Artifacts"] = _options.Artifacts,
            ["Pipeline__SubjectKeyFile"] = _options.SubjectKeyFile,
            ["Pipeline__TokenFile"] = Path.Combine(_folder, "tokens"),
            ["Pipeline__Workers"] = "1",
            ["Pipeline__LeaseSeconds"] = _options.LeaseSeconds.ToString(CultureInfo.InvariantCulture),
            ["Pipeline__SweepSeconds"] = _options.SweepSeconds.ToString(CultureInfo.InvariantCulture),
            ["Pipeline__MaximumAttempts"] = _options.MaximumAttempts.ToString(CultureInfo.InvariantCulture),
            ["Pipeline__Faults"] = faults,
            ["Pipeline__Telemetry"] = _options.Telemetry,
            ["ZIGONG_RESTART_SECONDS"] = "1",
            ["ZIGONG_WATCH"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            ["OMP_NUM_THREADS"] = "1",
            ["MKL_NUM_THREADS"] = "1",
            // Nine runtimes share two cores: a garbage collector with a thread per core each would not help.
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_TieredPGO"] = "0",
        };
        _fleet.StartAsync(AppContext.BaseDirectory, ServiceWorker.Of(workers), environment, default).GetAwaiter().GetResult();
    }

    public void Stop() => _fleet.StopAsync(default).GetAwaiter().GetResult();

    /// <summary>Waits until every process is ready.</summary>
    public async Task ReadyAsync()
    {
        var states = await _fleet.WaitAsync(TimeSpan.FromMinutes(3), default);
        if (!ServiceFleet.AreReady(states))
        {
            throw new TimeoutException($"not all services are ready:\n{string.Join('\n', states)}\n{Logs()}");
        }
    }

    /// <summary>Kills one worker of a service, as soon as it is there: it may just be starting again.</summary>
    /// <returns>False when it does not come back.</returns>
    public async Task<bool> KillAsync(string name)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (Signal(name, "KILL"))
            {
                return true;
            }

            await Task.Delay(200);
        }

        return false;
    }

    /// <summary>Sends a signal to one worker of a service; nothing happens when it is down just now.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Signal(string name, string signal)
    {
        var file = Path.Combine(_folder, $"{name}-1.pid");
        return File.Exists(file) && Shell.Try("kill", [$"-{signal}", File.ReadAllText(file).Trim()]).ExitCode == 0;
    }

    /// <summary>How often a line occurs in the logs of all services.</summary>
    public int Count(string line) =>
        Directory.EnumerateFiles(_folder, "*.log").Sum(f => ReadShared(f).Split('\n').Count(l => l.Contains(line, StringComparison.Ordinal)));

    /// <summary>The ends of all logs, for a failed test.</summary>
    public string Logs() => string.Join("\n", Directory.EnumerateFiles(_folder, "*.log").Select(f => $"--- {Path.GetFileName(f)}\n{Tail(ReadShared(f))}"));

    public void Dispose()
    {
        // A stopped process would not see the signal to end.
        foreach (var name in Names)
        {
            Signal(name, "CONT");
        }

        Stop();
    }

    private static string Tail(string text) => text.Length <= 3000 ? text : text[^3000..];

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
