using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.TracSeqScoring;

/// <summary>Reference vectors, partial scores and their fan-in.</summary>
public static class TracSeqScoringService
{
    public static void AddTracSeqScoring(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddSingleton<ReferenceAveraging>();
        pipeline.Services.AddSingleton<ShardScoring>();
        pipeline.AddConsumer<AverageReferenceConsumer>(concurrency: 1);
        pipeline.AddConsumer<ScoreShardConsumer>(pipeline.Options.Workers);
        pipeline.AddConsumer<CombineScoresConsumer>(concurrency: 1);
    }
}
