using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;

namespace ZiGong.Control;

/// <summary>Owns runs: requests, the sweeper and the announcement of models.</summary>
public static class ControlService
{
    public static void AddControl(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddSingleton<RunRequests>();
        pipeline.Services.AddSingleton<Sweeper>();
        pipeline.Services.AddHostedService(s => s.GetRequiredService<Sweeper>());
        pipeline.AddConsumer<PromoteModelConsumer>(concurrency: 1);
    }
}
