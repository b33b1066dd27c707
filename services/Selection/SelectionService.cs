using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Selection;

/// <summary>Decides which samples are kept.</summary>
public static class SelectionService
{
    public static void AddSelection(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddSingleton<SampleSelecting>();
        pipeline.AddConsumer<SelectSamplesConsumer>(concurrency: 1);
    }
}
