using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;

namespace ZiGong.Evaluation;

/// <summary>Measures tuned models.</summary>
public static class EvaluationService
{
    public static void AddEvaluation(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddSingleton<AdapterPredictions>();
        pipeline.Services.AddSingleton<ModelEvaluation>();
        pipeline.AddConsumer<EvaluateModelConsumer>(concurrency: 1);
    }
}
