using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Control;
using ZiGong.Evaluation;
using ZiGong.GradientExtraction;
using ZiGong.Hosting;
using ZiGong.Ingest;
using ZiGong.Selection;
using ZiGong.Storage;
using ZiGong.Templating;
using ZiGong.TracSeqScoring;
using ZiGong.Training;

namespace ZiGong.Cli;

/// <summary>
/// All services in this process, over MassTransit's in-memory transport. One such host at a time holds an advisory lock; a second
/// one adds its run and lets the first do the work (<see cref="IsFollower"/>).
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NpgsqlConnection _lock;

    private EmbeddedHost(IHost host, NpgsqlConnection @lock, bool isFollower)
    {
        _host = host;
        _lock = @lock;
        IsFollower = isFollower;
    }

    /// <summary>Another process does the work; this one only asks and watches.</summary>
    public bool IsFollower { get; }

    public IServiceProvider Services => _host.Services;

    public static async Task<EmbeddedHost> StartAsync(PipelineOptions options, CancellationToken ct)
    {
        await using var source = PipelineDatabase.Open(options.Checked().Database);
        await PipelineDatabase.MigrateAsync(source, ct);
        await SubjectKey.EnsureAsync(options.SubjectKeyFile, source, ct);

        // Its own connection outside the pool: the lock lives as long as it does, and goes with the process however that ends.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Database) { Pooling = false, KeepAlive = 30 }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = AdvisoryLocks.EmbeddedHost } } };
        var works = (bool)(await take.ExecuteScalarAsync(ct))!;
        if (works)
        {
            await ReleaseLeasesAsync(connection, ct);
        }

        // MassTransit keeps the log of a flow's first host, which may be disposed by now.
        MassTransit.LogContext.Current = null;
        var host = Build(options, works);
        await host.StartAsync(ct);
        return new EmbeddedHost(host, connection, !works);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        await _lock.DisposeAsync();
    }

    private static IHost Build(PipelineOptions options, bool works)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.None);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddPipeline(options, pipeline =>
        {
            // A follower needs the parts that ask and read, but no consumer may take work from the host that has the lock.
            if (works)
            {
                pipeline.AddIngest();
                pipeline.AddTraining();
                pipeline.AddGradientExtraction();
                pipeline.AddTracSeqScoring();
                pipeline.AddSelection();
                pipeline.AddTemplating();
                pipeline.AddEvaluation();
                pipeline.AddControl();
            }
            else
            {
                pipeline.AddIngestion();
                pipeline.AddRunRequests();
            }
        });
        return builder.Build();
    }

    // Whoever held leases in embedded mode is gone, or this process would not have the lock.
    private static async Task ReleaseLeasesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var release = new NpgsqlCommand(
            "update zigong.work_units set state = 'Pending', lease_token = null, lease_expires_at = null where state = 'Leased'", connection);
        await release.ExecuteNonQueryAsync(ct);
    }
}
