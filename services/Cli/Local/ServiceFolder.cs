namespace ZiGong.Cli.Local;

/// <summary>
/// What is known of the services of a folder: <c>workers</c> names those that are wanted, <c>supervisor.pid</c> who keeps them running, <c>app</c>
/// the folder of the assemblies that they run from, and a worker NAME-N has NAME-N.log, .pid while it lives, .url, and .ended once it has ended for good.
/// </summary>
public sealed record ServiceFolder(string Path)
{
    public string SupervisorLog => Of("supervisor.out");

    /// <summary>The folder of the assemblies of what runs, or ran last; empty where nothing was ever started.</summary>
    public string App => File.Exists(AppFile) ? File.ReadAllText(AppFile).Trim() : "";

    private string AppFile => Of("app");

    private string WorkersFile => Of("workers");

    private string SupervisorFile => Of("supervisor.pid");

    public string Log(ServiceWorker worker) => Of($"{worker.Name}.log");

    public string Ended(ServiceWorker worker) => Of($"{worker.Name}.ended");

    public string Address(ServiceWorker worker) => File.Exists(UrlFile(worker)) ? File.ReadAllText(UrlFile(worker)).Trim() : "";

    public void SetAddress(ServiceWorker worker, string address) => File.WriteAllText(UrlFile(worker), address + "\n");

    /// <summary>Addresses of all workers that there ever were.</summary>
    public IReadOnlyList<string> Addresses() => [.. Directory.EnumerateFiles(Path, "*.url").Select(f => File.ReadAllText(f).Trim())];

    /// <summary>What a worker's process runs, and with that its whole path on the command line: the same service of another checkout has another.</summary>
    public static string Program(string app, ServiceWorker worker) => System.IO.Path.Combine(app, $"ZiGong.{worker.Service}.dll");

    public void SetApp(string app) => Write(AppFile, $"{app}\n");

    /// <summary>Null where none is alive, and where the number is somebody else's by now.</summary>
    public int? Process(ServiceWorker worker) => LocalProcess.Alive(PidFile(worker), Program(App, worker));

    /// <exception cref="IOException">It cannot be noted; what was noted before stands.</exception>
    public void SetProcess(ServiceWorker worker, int id) => Write(PidFile(worker), $"{id}\n");

    public void Forget(ServiceWorker worker)
    {
        File.Delete(PidFile(worker));
        File.Delete(Ended(worker));
    }

    public int? Supervisor() => LocalProcess.Alive(SupervisorFile, "supervise", Path);

    public void SetSupervisor(int id) => Write(SupervisorFile, $"{id}\n");

    public void ForgetSupervisor()
    {
        File.Delete(SupervisorFile);
        File.Delete(WorkersFile);
    }

    /// <summary>The workers that shall run.</summary>
    public IReadOnlyList<ServiceWorker> Wanted() =>
        File.Exists(WorkersFile) ? [.. File.ReadAllLines(WorkersFile).Where(l => l.Length > 0).Select(ServiceWorker.Of)] : [];

    public void Want(IEnumerable<ServiceWorker> workers) => Write(WorkersFile, string.Concat(workers.Select(w => $"{w.Name}\n")));

    /// <summary>Whole or not at all: others read it at any time, and the disk may be full.</summary>
    private static void Write(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private string PidFile(ServiceWorker worker) => Of($"{worker.Name}.pid");

    private string UrlFile(ServiceWorker worker) => Of($"{worker.Name}.url");

    private string Of(string name) => System.IO.Path.Combine(Path, name);
}
