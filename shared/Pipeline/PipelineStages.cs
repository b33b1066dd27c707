using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ZiGong.Hosting;
using ZiGong.Pipeline.Results;

namespace ZiGong.Pipeline;

/// <summary>What every service that works on units of a stage needs beside its frame.</summary>
public static class PipelineStages
{
    /// <summary>Once, however many services of one process ask for it.</summary>
    public static void AddStages(this PipelineBuilder pipeline)
    {
        pipeline.Services.TryAddSingleton<WorkUnits>();
        pipeline.Services.TryAddSingleton<RunFailures>();
        pipeline.Services.TryAddSingleton<Announcer>();
        pipeline.Services.TryAddSingleton<StoredResults>();
        pipeline.Services.TryAddSingleton<StageRunner>();
        pipeline.Services.TryAddSingleton(new BaseFolders(Path.Combine(pipeline.Options.Artifacts, "bases")));
        pipeline.Services.TryAddSingleton<Encoders>();
    }
}
