using ZiGong.Contracts;

namespace ZiGong.Hosting;

/// <summary>How a process reaches the rest of the pipeline; section <c>Pipeline</c> of the configuration.</summary>
public sealed record PipelineOptions
{
    public const string Section = "Pipeline";

    /// <summary>Npgsql connection string of the pipeline's PostgreSQL.</summary>
    public string Database { get; set; } = "";

    /// <summary><c>memory</c> (all services in this process) or <c>rabbitmq</c>.</summary>
    public string Transport { get; set; } = "memory";

    /// <summary><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> for TLS; only with the rabbitmq transport.</summary>
    public string Broker { get; set; } = "";

    /// <summary>File with the connection string, instead of <see cref="Database"/>: for secrets that must not stand in an environment.</summary>
    public string DatabaseFile { get; set; } = "";

    /// <summary>File with the broker's address, instead of <see cref="Broker"/>.</summary>
    public string BrokerFile { get; set; } = "";

    /// <summary>PEM file with the authorities that may vouch for the broker, for an <c>amqps://</c> address; empty trusts those of the system.</summary>
    public string BrokerCa { get; set; } = "";

    /// <summary>Where a service answers about its health, and Control about everything; port 0 takes a free one.</summary>
    public string Http { get; set; } = "http://127.0.0.1:0";

    /// <summary>Folder of the artifact store, shared by all processes.</summary>
    public string Artifacts { get; set; } = ".zigong/artifacts";

    /// <summary>File with the key that subjects are hashed with; created on first use.</summary>
    public string SubjectKeyFile { get; set; } = ".zigong/subject.key";

    /// <summary>Gradient extractions at a time; one per core is best, since tensors use one thread each.</summary>
    public int Workers { get; set; } = Environment.ProcessorCount;

    /// <summary>Where models compute: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. One worker keeps a GPU busy: set <see cref="Workers"/> to 1 there.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Seconds that a unit belongs to a worker that gives no sign of life.</summary>
    public double LeaseSeconds { get; set; } = 60;

    /// <summary>Attempts on a unit before its run fails.</summary>
    public int MaximumAttempts { get; set; } = 3;

    /// <summary>Seconds between two sweeps over unfinished runs.</summary>
    public double SweepSeconds { get; set; } = 5;

    /// <summary>Address of an OTLP/HTTP collector for spans and figures, such as <c>http://collector:4318</c>; empty sends nothing.</summary>
    public string Telemetry { get; set; } = "";

    /// <summary>Faults that the process inflicts on itself, for tests alone; see <see cref="Hosting.Faults.FaultPlan"/>.</summary>
    public string Faults { get; set; } = "";

    /// <summary>Other processes and teams listen; with the transport in memory nobody does.</summary>
    public bool OverBroker => Transport != "memory";

    /// <summary>The same with the secrets read from their files.</summary>
    /// <exception cref="InputException">A file is not there, or a value is given twice.</exception>
    public PipelineOptions WithSecrets() => this with
    {
        Database = Secret(Database, DatabaseFile, nameof(Database)),
        Broker = Secret(Broker, BrokerFile, nameof(Broker)),
    };

    /// <exception cref="InputException">A value cannot be used; the message names the option.</exception>
    public PipelineOptions Checked()
    {
        Require(Database.Length > 0, nameof(Database), "is empty: give a PostgreSQL connection string");
        Require(Transport is "memory" or "rabbitmq", nameof(Transport), $"is '{Transport}', but must be memory or rabbitmq");
        Require(
            Transport == "memory" || Uri.TryCreate(Broker, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps", nameof(Broker),
            "must be an amqp:// or amqps:// address");
        Require(
            BrokerCa.Length == 0 || Broker.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase), nameof(BrokerCa),
            "is given, but the broker's address is not amqps://");
        Require(
            Telemetry.Length == 0 || Uri.TryCreate(Telemetry, UriKind.Absolute, out var collector) && collector.Scheme is "http" or "https", nameof(Telemetry),
            "must be an address such as http://collector:4318");
        Require(Workers is >= 1 and <= 1024, nameof(Workers), $"is {Workers}, but must lie between 1 and 1024");
        Require(Device == "cpu" || IsCuda(Device), nameof(Device), $"is '{Device}', but must be cpu, cuda or cuda:N");
        Require(LeaseSeconds is >= 1 and <= 3600, nameof(LeaseSeconds), $"is {LeaseSeconds}, but must lie between 1 and 3600");
        Require(MaximumAttempts is >= 1 and <= 100, nameof(MaximumAttempts), $"is {MaximumAttempts}, but must lie between 1 and 100");
        Require(SweepSeconds is >= 0.1 and <= 3600, nameof(SweepSeconds), $"is {SweepSeconds}, but must lie between 0.1 and 3600");
        return this;
    }

    /// <summary>Whether a name is that of a CUDA device: cuda, or cuda:N.</summary>
    public static bool IsCuda(string name) => name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && byte.TryParse(name.AsSpan(5), out _));

    private static string Secret(string value, string file, string name)
    {
        if (file.Length == 0)
        {
            return value;
        }

        Require(value.Length == 0, name, $"and {Section}:{name}File are both given: one of them is enough");
        Require(File.Exists(file), name + "File", $"names {file}, which is not there");
        return File.ReadAllText(file).Trim();
    }

    private static void Require(bool holds, string name, string complaint)
    {
        if (!holds)
        {
            throw new InputException($"{Section}:{name} {complaint}");
        }
    }
}
