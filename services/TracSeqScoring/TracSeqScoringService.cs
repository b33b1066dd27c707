using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.TracSeqScoring.Fidelity;

namespace ZiGong.TracSeqScoring;

/// <summary>Reference vectors, partial scores and their fan-in; the figures of fidelity runs.</summary>
public static class TracSeqScoringService
{
    public static void AddTracSeqScoring(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddSingleton<ReferenceAveraging>();
        pipeline.Services.AddSingleton<ShardScoring>();
        pipeline.Services.AddSingleton<FidelityMeasuring>();
        pipeline.AddConsumer<AverageReferenceConsumer>(concurrency: 1);
        pipeline.AddConsumer<ScoreShardConsumer>(pipeline.Options.Workers);
        pipeline.AddConsumer<CombineScoresConsumer>(concurrency: 1);
        pipeline.AddConsumer<MeasureFidelityConsumer>(concurrency: 1);
    }
}
