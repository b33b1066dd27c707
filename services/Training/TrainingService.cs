using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Models;
using ZiGong.Training.Agent;
using ZiGong.Training.Fidelity;
using ZiGong.Training.Tuning;

namespace ZiGong.Training;

/// <summary>Trains the agent, tunes the adapter, and works on the pieces of fidelity runs.</summary>
public static class TrainingService
{
    /// <param name="tunings">Adapters tuned at a time; each holds a base of its own.</param>
    public static void AddTraining(this PipelineBuilder pipeline, int tunings = 1)
    {
        pipeline.AddStages();
        pipeline.AddModels();
        pipeline.Services.AddSingleton<BaseModels>();
        pipeline.Services.AddSingleton<AgentSlices>();
        pipeline.Services.AddSingleton<AdapterSlices>();
        pipeline.Services.AddSingleton<PieceTraining>();
        pipeline.AddConsumer<TrainAgentConsumer>(concurrency: 1);
        pipeline.AddConsumer<TuneAdapterConsumer>(tunings);
        pipeline.AddConsumer<TrainPieceConsumer>(pipeline.Options.Workers);
    }
}
