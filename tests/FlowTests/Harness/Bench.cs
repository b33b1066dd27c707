using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;

namespace ZiGong.FlowTests.Harness;

/// <summary>Bus, database and stage runner without any consumer: units are driven by the test's own hand.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly IHost _host;

    private Bench(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public StageRunner Stages => Services.GetRequiredService<StageRunner>();

    public static async Task<Bench> StartAsync(Lab lab, double leaseSeconds = 60)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddPipeline(lab.Options with { LeaseSeconds = leaseSeconds }, pipeline => pipeline.AddRunRequests());
        var host = builder.Build();
        await host.StartAsync();
        return new Bench(host);
    }

    public Task<Guid> RequestAsync() => Services.GetRequiredService<RunRequests>().RequestAsync(Borrowers.Descriptor, Lab.Small, "full", default);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
