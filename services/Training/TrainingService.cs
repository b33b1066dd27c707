using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Training.Agent;
using ZiGong.Training.Tuning;

namespace ZiGong.Training;

/// <summary>Trains the agent and tunes the adapter.</summary>
public static class TrainingService
{
    public static void AddTraining(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddSingleton<BaseModels>();
        pipeline.Services.AddSingleton<AgentSlices>();
        pipeline.Services.AddSingleton<AdapterSlices>();
        pipeline.AddConsumer<TrainAgentConsumer>(concurrency: 1);
        pipeline.AddConsumer<TuneAdapterConsumer>(concurrency: 1);
    }
}
