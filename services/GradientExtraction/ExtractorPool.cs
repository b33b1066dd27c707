using System.Collections.Concurrent;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Storage;

namespace ZiGong.GradientExtraction;

/// <summary>
/// Keeps the models of the checkpoint in work loaded: loading costs as much as several micro-batches. A shard of another checkpoint
/// lets go of those of the last.
/// </summary>
public sealed class ExtractorPool(ModelStore models) : IDisposable
{
    private readonly ConcurrentBag<Loaded> _idle = [];

    /// <summary>An extractor for the caller alone; give it back with <see cref="Return"/>.</summary>
    public async Task<Loaded> RentAsync(Checkpoint checkpoint, GradientOptions options, CancellationToken ct)
    {
        var key = $"{checkpoint.State}/{checkpoint.Base}/{options.MicroBatch}";
        while (_idle.TryTake(out var idle))
        {
            if (idle.Key == key)
            {
                return idle;
            }

            idle.Dispose();
        }

        var model = await models.LoadAsync(checkpoint.Base, new LoraOptions(), seed: 0, checkpoint.State, ct);
        return new Loaded(key, model, new GradientExtractor(model, ExtractorSettings.Of(options.MicroBatch)));
    }

    public void Return(Loaded loaded) => _idle.Add(loaded);

    public void Dispose()
    {
        while (_idle.TryTake(out var idle))
        {
            idle.Dispose();
        }
    }

    public sealed record Loaded(string Key, MistralModel Model, GradientExtractor Extractor) : IDisposable
    {
        public void Dispose()
        {
            Extractor.Dispose();
            Model.Dispose();
        }
    }
}
