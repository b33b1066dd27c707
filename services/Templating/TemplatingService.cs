using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Templating;

/// <summary>Turns kept samples into instructions.</summary>
public static class TemplatingService
{
    public static void AddTemplating(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddSingleton<DatasetTemplating>();
        pipeline.AddConsumer<TemplateDatasetConsumer>(concurrency: 1);
    }
}
