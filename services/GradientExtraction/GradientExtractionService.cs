using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Models;

namespace ZiGong.GradientExtraction;

/// <summary>Per-sample LoRA gradients, as many shards at a time as there are workers.</summary>
public static class GradientExtractionService
{
    public static void AddGradientExtraction(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.AddModels();
        pipeline.Services.AddSingleton<ExtractorPool>();
        pipeline.Services.AddSingleton<ShardExtraction>();
        pipeline.AddConsumer<ExtractShardConsumer>(pipeline.Options.Workers);
    }
}
