namespace ZiGong.Cli.Local;

/// <summary>
/// What is known of the services of a folder: <c>workers</c> names those that are wanted, <c>supervisor.pid</c> who keeps them running, and a
/// worker NAME-N has NAME-N.log, .pid while it lives, .url, and .ended once it has ended for good.
/// </summary>
public sealed record ServiceFolder(string Path)
{
    /// <summary>What every command line of a service holds.</summary>
    private const string ServiceMark = "ZiGong.";

    public string SupervisorLog => Of("supervisor.out");

    private string WorkersFile => Of("workers");

    private string SupervisorFile => Of("supervisor.pid");

    public string Log(ServiceWorker worker) => Of($"{worker.Name}.log");

    public string Ended(ServiceWorker worker) => Of($"{worker.Name}.ended");

    public string Address(ServiceWorker worker) => File.Exists(UrlFile(worker)) ? File.ReadAllText(UrlFile(worker)).Trim() : "";

    public void SetAddress(ServiceWorker worker, string address) => File.WriteAllText(UrlFile(worker), address + "\n");

    /// <summary>Addresses of all workers that there ever were.</summary>
    public IReadOnlyList<string> Addresses() => [.. Directory.EnumerateFiles(Path, "*.url").Select(f => File.ReadAllText(f).Trim())];

    public int? Process(ServiceWorker worker) => LocalProcess.Alive(PidFile(worker), ServiceMark);

    public void SetProcess(ServiceWorker worker, int id) => File.WriteAllText(PidFile(worker), $"{id}\n");

    public void Forget(ServiceWorker worker)
    {
        File.Delete(PidFile(worker));
        File.Delete(Ended(worker));
    }

    public int? Supervisor() => LocalProcess.Alive(SupervisorFile, Path);

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

    /// <summary>Whole or not at all: the supervisor reads it at any time.</summary>
    private static void Write(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private string PidFile(ServiceWorker worker) => Of($"{worker.Name}.pid");

    private string UrlFile(ServiceWorker worker) => Of($"{worker.Name}.url");

    private string Of(string name) => System.IO.Path.Combine(Path, name);
}
