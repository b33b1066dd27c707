using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ZiGong.Cli.Hosting;
using ZiGong.Hosting;
using ZiGong.Pipeline.Experiments;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Cli.Operations;

/// <summary>The bus and the database for commands that change something and wait for nothing: no work is taken, by no lock.</summary>
internal sealed class OperatorSession : IAsyncDisposable
{
    private readonly IHost _host;

    private OperatorSession(IHost host) => _host = host;

    /// <summary>Who the audit names.</summary>
    public static string Actor => $"cli:{Environment.UserName}";

    public RunOperations Runs => _host.Services.GetRequiredService<RunOperations>();

    public ExperimentCancelling Experiments => _host.Services.GetRequiredService<ExperimentCancelling>();

    public PipelineSwitch Switch => _host.Services.GetRequiredService<PipelineSwitch>();

    public DeadLetters DeadLetters => _host.Services.GetRequiredService<DeadLetters>();

    public static async Task<OperatorSession> StartAsync(CancellationToken ct)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddPipeline(CliSettings.Read(), pipeline => pipeline.AddRunRequests());
        MassTransit.LogContext.Current = null;
        var host = builder.Build();
        try
        {
            await host.StartAsync(ct);
            return new OperatorSession(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
