using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Storage;

namespace ZiGong.Hosting.Embedded;

/// <summary>
/// All services in this process, over MassTransit's in-memory transport. One such host at a time holds an advisory lock; a second
/// one adds its run and lets the first do the work (<see cref="IsFollower"/>). With the rabbitmq transport the work is always
/// that of the separate services.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly PipelineOptions _options;
    private readonly Action<PipelineBuilder, bool> _add;
    private readonly EmbeddedLock _lock;
    private IHost _host;

    private EmbeddedHost(PipelineOptions options, Action<PipelineBuilder, bool> add, EmbeddedLock @lock, IHost host, bool works)
    {
        _options = options;
        _add = add;
        _lock = @lock;
        _host = host;
        IsFollower = !works;
    }

    /// <summary>Other processes do the work; this one only asks and watches.</summary>
    public bool IsFollower { get; private set; }

    public IServiceProvider Services => _host.Services;

    /// <param name="add">Adds the services: all of them where the second argument is true, else what asks and reads alone.</param>
    public static async Task<EmbeddedHost> StartAsync(PipelineOptions options, Action<PipelineBuilder, bool> add, CancellationToken ct)
    {
        await using var source = PipelineDatabase.Open(options.Checked().Database);
        await PipelineDatabase.MigrateAsync(source, ct);
        var @lock = new EmbeddedLock(options.Database);
        try
        {
            var works = options.Transport == "memory" && await @lock.TryTakeAsync(ct);
            return new EmbeddedHost(options, add, @lock, await StartHostAsync(options, add, works, @lock, ct), works);
        }
        catch
        {
            await @lock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Turns a follower into the host that works, if the one that did is gone. With the database out of reach it stays a follower.</summary>
    public async Task TakeOverAsync(CancellationToken ct)
    {
        if (!IsFollower || _options.Transport != "memory")
        {
            return;
        }

        try
        {
            if (!await _lock.TryTakeAsync(ct))
            {
                return;
            }

            var follower = _host;
            _host = await StartHostAsync(_options, _add, works: true, _lock, ct);
            IsFollower = false;
            await StopAsync(follower);
        }
        catch (Exception e) when (IsFollower)
        {
            // A lock without a host that works would keep everybody else from working too.
            await _lock.ReleaseAsync();
            if (e is not NpgsqlException)
            {
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_host);
        await _lock.DisposeAsync();
    }

    private static async Task<IHost> StartHostAsync(
        PipelineOptions options, Action<PipelineBuilder, bool> add, bool works, EmbeddedLock @lock, CancellationToken ct)
    {
        if (works)
        {
            await @lock.ReleaseLeasesAsync(ct);
            ArtifactLeftovers.Delete(options.Artifacts, TimeProvider.System.GetUtcNow());
        }

        // MassTransit keeps the log of a flow's first host, which may be disposed by now.
        MassTransit.LogContext.Current = null;
        var host = Build(options, add, works);
        try
        {
            await host.StartAsync(ct);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }

    private static IHost Build(PipelineOptions options, Action<PipelineBuilder, bool> add, bool works)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.None);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddPipeline(options, pipeline => add(pipeline, works));
        return builder.Build();
    }
}
