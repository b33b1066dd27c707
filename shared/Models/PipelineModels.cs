using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Storage;

namespace ZiGong.Models;

/// <summary>What a service that computes needs beside its frame.</summary>
public static class PipelineModels
{
    /// <summary>Once, however many services of one process ask for it.</summary>
    /// <exception cref="InputException">The device is not there: asked here, so that it stops the host.</exception>
    public static void AddModels(this PipelineBuilder pipeline)
    {
        var device = ComputeDevice.Of(pipeline.Options);
        pipeline.Services.TryAddSingleton(provider => new ModelStore(provider.GetRequiredService<ArtifactStore>(), device));
    }
}
