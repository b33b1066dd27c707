using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Influence.Fidelity;

namespace ZiGong.Cli.Hosting;

/// <summary>
/// What the command line asks of services in its own process. services/AllInOne gives it; without it the command line looks, operates, and
/// takes its work to a server.
/// </summary>
public sealed record LocalServices
{
    /// <summary>Starts the services, or follows the process that has them.</summary>
    public required Func<PipelineOptions, CancellationToken, Task<EmbeddedHost>> StartAsync { get; init; }

    /// <summary>Takes a table into the database.</summary>
    public required IngestTable IngestAsync { get; init; }

    /// <summary>The key that subjects are hashed with, once it is the one that the database knows.</summary>
    public required Func<PipelineOptions, NpgsqlDataSource, CancellationToken, Task<SubjectHasher>> OpenSubjectsAsync { get; init; }

    /// <summary>Whether tensors can be computed here; the options are null where they cannot be read.</summary>
    public required Func<PipelineOptions?, TensorFindings> ExamineTensors { get; init; }
}

/// <summary>Takes a table into the database.</summary>
public delegate Task<IngestSummary> IngestTable(
    PipelineOptions options, NpgsqlDataSource source, DatasetDescriptor descriptor, string file, IProgress<IngestProgress> progress, CancellationToken ct);

/// <summary>What was found of the tensor library.</summary>
/// <param name="Error">Why it cannot be used; null where it can.</param>
/// <param name="Library">How its native part stands to this machine.</param>
/// <param name="DeviceError">Why the configured device cannot.</param>
public sealed record TensorFindings(string? Error, string Library, int CudaDevices, string? DeviceError);
