using Microsoft.Extensions.DependencyInjection;
using ZiGong.Control.Api.Uploads;
using ZiGong.Control.Experiments;
using ZiGong.Control.Waiting;
using ZiGong.Hosting;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Control;

/// <summary>Owns runs and experiments: requests, the sweepers and the announcement of models.</summary>
public static class ControlService
{
    public static void AddControl(this PipelineBuilder pipeline)
    {
        pipeline.AddRunRequests();
        pipeline.Services.AddSingleton<Sweeper>();
        pipeline.Services.AddHostedService(s => s.GetRequiredService<Sweeper>());
        pipeline.Services.AddSingleton<OrderPlanning>();
        pipeline.Services.AddSingleton<ArmBeginning>();
        pipeline.Services.AddSingleton<ExperimentSweeper>();
        pipeline.Services.AddHostedService(s => s.GetRequiredService<ExperimentSweeper>());
        pipeline.Services.AddSingleton<UploadSweeper>();
        pipeline.Services.AddHostedService(s => s.GetRequiredService<UploadSweeper>());
        pipeline.Services.AddSingleton<WaitingGauges>();
        pipeline.Services.AddHostedService(s => s.GetRequiredService<WaitingGauges>());
        pipeline.AddConsumer<PromoteModelConsumer>(concurrency: 1);
        pipeline.AddConsumer<MoveExperimentsConsumer>(concurrency: 1);
    }
}
