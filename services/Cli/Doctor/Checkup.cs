using ZiGong.Reports.Words;

namespace ZiGong.Cli.Doctor;

public enum Health
{
    Fine,

    /// <summary>Works, but not as it should.</summary>
    Doubtful,

    Missing,
}

/// <summary>One thing the pipeline needs, and what the machine has of it.</summary>
/// <param name="Remedy">How to get it; empty where nothing is to be done.</param>
public sealed record Checkup(string What, Health Health, string Found, string Remedy = "");

/// <summary>Judgements about what was found: pure, so that every case can be tested on any machine.</summary>
public static class Checkups
{
    private const long Gib = 1L << 30;

    public static Checkup Disk(string folder, long free) => new(
        $"Disk under {folder}",
        free < Gib ? Health.Missing : free < 5 * Gib ? Health.Doubtful : Health.Fine,
        $"{Format.Bytes(free)} free",
        free < 5 * Gib ? "free some: gradients of 30,000 samples take about 1 GiB" : "");

    public static Checkup Memory(long total) => new(
        "Memory",
        total < 2 * Gib ? Health.Doubtful : Health.Fine,
        Format.Bytes(total),
        total < 2 * Gib ? "a run of 30,000 samples takes up to 4 GiB; set Pipeline__Workers=1" : "");

    /// <param name="sdks">Output of <c>dotnet --list-sdks</c>; null where there is no dotnet.</param>
    public static Checkup Sdk(string? sdks)
    {
        var versions = (sdks ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToList();
        return versions.Any(v => v.StartsWith("10.", StringComparison.Ordinal))
            ? new Checkup(".NET SDK", Health.Fine, string.Join(", ", versions))
            : new Checkup(
                ".NET SDK", Health.Missing, versions.Count == 0 ? "none" : string.Join(", ", versions),
                "install .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    /// <param name="version">Server version, or null where it cannot be reached.</param>
    public static Checkup Postgres(string? version, string error) => version is not null
        ? new Checkup("PostgreSQL", Health.Fine, version)
        : new Checkup("PostgreSQL", Health.Missing, error, "apt-get install postgresql (the launcher then starts a private server), or set Pipeline__Database");

    /// <param name="installed">The server's programs are on this machine.</param>
    public static Checkup Broker(string transport, bool installed) => (transport, installed) switch
    {
        ("rabbitmq", _) => new Checkup("Broker", Health.Fine, "RabbitMQ is configured"),
        (_, true) => new Checkup("Broker", Health.Fine, "in memory; RabbitMQ is installed for tests"),
        _ => new Checkup("Broker", Health.Fine, "in memory", "only for `zigong test` and separate services: apt-get install rabbitmq-server"),
    };

    /// <param name="error">Null where the library answered.</param>
    /// <param name="library">How its native part stands to this machine.</param>
    /// <param name="cudaDevices">GPUs that it can compute on.</param>
    /// <param name="deviceError">Why models cannot compute where they are to; null where they can.</param>
    public static Checkup Tensors(string? error, string library, int cudaDevices, string? deviceError = null) => error is null
        ? new Checkup(
            "Tensors",
            deviceError is null ? Health.Fine : Health.Missing,
            $"libtorch answers; {library}{(cudaDevices == 0 ? "" : $"; CUDA devices: {cudaDevices} (Pipeline__Device=cuda computes there)")}",
            deviceError ?? "")
        : new Checkup(
            "Tensors", Health.Missing, error,
            "build again on this machine; LIBTORCH, where it is set, has to name the folder of a libtorch 2.10 or a PyTorch installation");

    /// <param name="threads">What OMP_NUM_THREADS and MKL_NUM_THREADS are.</param>
    public static Checkup Cores(int cores, params string?[] threads) => threads.All(t => t == "1")
        ? new Checkup("Cores", Health.Fine, $"{cores}, one worker each")
        : new Checkup(
            "Cores", Health.Doubtful, $"{cores}, one worker each",
            "set OMP_NUM_THREADS=1 and MKL_NUM_THREADS=1: workers and libtorch's threads would compete (the launcher does it)");
}
