using Microsoft.Extensions.DependencyInjection;
using ZiGong.Evaluation.Generative;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Models;

namespace ZiGong.Evaluation;

/// <summary>Measures tuned models.</summary>
public static class EvaluationService
{
    /// <param name="evaluations">Models measured at a time.</param>
    public static void AddEvaluation(this PipelineBuilder pipeline, int evaluations = 1)
    {
        pipeline.AddStages();
        pipeline.AddModels();
        pipeline.Services.AddSingleton<AdapterPredictions>();
        pipeline.Services.AddSingleton<FittedScorecards>();
        pipeline.Services.AddSingleton<GenerativeEvaluation>();
        pipeline.Services.AddSingleton<FurtherTaskEvaluation>();
        pipeline.Services.AddSingleton<ModelEvaluation>();
        pipeline.AddConsumer<EvaluateModelConsumer>(evaluations);
    }
}
