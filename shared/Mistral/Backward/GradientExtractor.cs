using TorchSharp;
using ZiGong.Influence.Gradients;

namespace ZiGong.Mistral.Backward;

/// <summary>How gradients are computed; results agree within rounding whatever the settings.</summary>
/// <param name="BatchSize">Most samples of a micro-batch; 8 to 16 is fastest on a CPU.</param>
/// <param name="MaxTokens">Most tokens of a micro-batch, padding included: bounds the memory.</param>
/// <param name="Fused">Use the vectorised kernels where the model is float32 on the CPU.</param>
public sealed record ExtractorSettings(int BatchSize = 16, int MaxTokens = BatchLimits.LeastTokens, bool Fused = true)
{
    /// <summary>Room for as many samples of ordinary length.</summary>
    public static ExtractorSettings Of(int batchSize) => new(batchSize, BatchLimits.Of(batchSize).Tokens);
}

/// <summary>What one sample's extraction found; the spans are only valid during the call.</summary>
/// <param name="entry">Id, loss and norm of the exact gradient.</param>
/// <param name="row">The sketch, or the exact gradient where nothing is sketched.</param>
/// <param name="exact">The exact gradient.</param>
public delegate void GradientReceiver(GradientEntry entry, ReadOnlySpan<float> row, ReadOnlySpan<float> exact);

/// <summary>
/// Per-sample gradients of one checkpoint. Made once per checkpoint, because it merges and fuses the weights: later changes of the model do not
/// show. The model must outlive it. One extractor serves one thread; several may share a model.
/// </summary>
public sealed class GradientExtractor : IDisposable
{
    private readonly LoraGradients _gradients;
    private readonly ExtractorSettings _settings;

    /// <param name="model">A model with LoRA attached on any projections.</param>
    /// <param name="settings">Null: the defaults.</param>
    /// <exception cref="ArgumentException">The model has no adapter.</exception>
    public GradientExtractor(MistralModel model, ExtractorSettings? settings = null)
    {
        _settings = settings ?? new ExtractorSettings();
        _gradients = new LoraGradients(model, _settings.Fused);
    }

    /// <summary>D, the number of LoRA parameters.</summary>
    public int Dimension => _gradients.Dimension;

    /// <summary>The parameters in the order of a gradient, for <see cref="CountSketch"/>.</summary>
    public IReadOnlyList<ParameterBlock> Blocks => _gradients.Blocks;

    /// <summary>Losses and gradients of one micro-batch as it is. Nothing is checked for NaN here.</summary>
    public SampleGradients Compute(TokenBatch batch) => _gradients.PerSample(batch);

    /// <summary>
    /// Extracts all samples in batches of similar length and hands each row over as soon as it is there, in that order (shortest first), not the
    /// order of <paramref name="samples"/>. Memory does not grow with the number of samples.
    /// </summary>
    /// <param name="samples">The samples of a shard.</param>
    /// <param name="sketch">Null: exact rows of <see cref="Dimension"/> numbers.</param>
    /// <param name="receive">Gets id, loss, norm of the exact gradient, and the row.</param>
    /// <param name="cancellation">Observed between batches.</param>
    /// <exception cref="ArithmeticException">A loss or gradient is NaN or infinite; the message names the samples.</exception>
    public void Extract(IReadOnlyList<TokenizedSample> samples, CountSketch? sketch, GradientReceiver receive, CancellationToken cancellation)
    {
        if (sketch is not null && sketch.Dimension != Dimension)
        {
            throw new ArgumentException($"the sketch is for gradients of {sketch.Dimension} numbers, the model has {Dimension}");
        }

        using var computing = ComputeThread.Enter();
        var gradient = new float[Dimension];
        var sketched = new float[sketch?.Buckets ?? 0];
        foreach (var indices in BatchPlan.ByLength(samples, _settings.BatchSize, _settings.MaxTokens))
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = Array.ConvertAll(indices, i => samples[i]);
            using var computed = Compute(new TokenBatch(Array.ConvertAll(batch, s => s.Tokens), Array.ConvertAll(batch, s => s.AnswerStart)));
            using var single = computed.Gradients.to(torch.ScalarType.Float32);
            using var rows = single.cpu();
            RequireFinite(batch, computed.Losses, rows);
            for (var i = 0; i < batch.Length; i++)
            {
                rows.Elements<float>().Slice(i * Dimension, Dimension).CopyTo(gradient);
                var norm = GradientRows.Norm(gradient);
                sketch?.Apply(gradient, sketched);
                receive(new GradientEntry(batch[i].Id, computed.Losses[i], norm), sketch is null ? gradient : sketched, gradient);
            }
        }
    }

    /// <summary>Extracts a shard into a <see cref="GradientFile"/>.</summary>
    /// <exception cref="ArithmeticException">A loss or gradient is NaN or infinite; the message names the samples.</exception>
    public void Write(
        Stream stream, IReadOnlyList<TokenizedSample> samples, CountSketch? sketch, GradientStorage storage, CancellationToken cancellation)
    {
        var writer = new GradientFileWriter(stream, storage, samples.Count, sketch?.Buckets ?? Dimension);
        Extract(samples, sketch, (entry, row, _) => writer.Append(entry, row), cancellation);
        writer.Complete();
    }

    public void Dispose() => _gradients.Dispose();

    private static void RequireFinite(TokenizedSample[] batch, double[] losses, torch.Tensor gradients)
    {
        using var magnitudes = gradients.abs();
        using var largest = magnitudes.amax(1); // NaN and infinity survive the maximum
        var values = largest.ToArray<float>();
        var bad = Enumerable.Range(0, batch.Length).Where(i => !double.IsFinite(losses[i]) || !float.IsFinite(values[i])).ToArray();
        if (bad.Length > 0)
        {
            throw new ArithmeticException(
                $"loss or gradient is not finite for {bad.Length} of {batch.Length} samples of a batch: " +
                string.Join(", ", bad.Select(i => $"{batch[i].Id} (loss {losses[i]})")));
        }
    }
}
