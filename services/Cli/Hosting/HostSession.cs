using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Pipeline.Experiments;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Cli.Hosting;

/// <summary>
/// The embedded host of this command. Where another process has the work, this one follows, and takes over when that process
/// is gone before the run is done.
/// </summary>
internal sealed class HostSession : IAsyncDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(3);
    private readonly TimeProvider _time;
    private readonly EmbeddedHost _host;
    private long _tried;

    private HostSession(TimeProvider time, EmbeddedHost host)
    {
        _time = time;
        _host = host;
        _tried = time.GetTimestamp();
    }

    public bool IsFollower => _host.IsFollower;

    public RunRequests Requests => _host.Services.GetRequiredService<RunRequests>();

    public RunOperations Operations => _host.Services.GetRequiredService<RunOperations>();

    public ExperimentRequests Experiments => _host.Services.GetRequiredService<ExperimentRequests>();

    public FidelityRequests Fidelity => _host.Services.GetRequiredService<FidelityRequests>();

    public PipelineSwitch Switch => _host.Services.GetRequiredService<PipelineSwitch>();

    public static async Task<HostSession> StartAsync(LocalServices local, PipelineOptions options, TimeProvider time, CancellationToken ct) =>
        new(time, await local.StartAsync(options, ct));

    /// <summary>Tries every few seconds to become the host that works, if it is not.</summary>
    public async Task TakeOverAsync(CancellationToken ct)
    {
        if (!IsFollower || _time.GetElapsedTime(_tried) < BetweenTries)
        {
            return;
        }

        _tried = _time.GetTimestamp();
        await _host.TakeOverAsync(ct);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
