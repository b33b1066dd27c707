using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Influence.Gradients;
using ZiGong.ModelFiles;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// Losses and LoRA gradients of a model, written out by hand: per sample, or summed at about half the cost of autograd. Made from the model's present
/// weights, merged and fused; <see cref="Refresh"/> follows the adapters when they have changed. The model must outlive it. One serves one thread; several may
/// share a model. Fused copies of every projection but o and down, and of those where they are adapted, stay in memory; base and
/// norms are taken as they are when it is made.
/// </summary>
public sealed class LoraGradients : IDisposable
{
    /// <summary>Numbers that copies may have for training: a GiB of float32, which a model of 500 million parameters reaches.</summary>
    private const long MostCopied = 1L << 28;

    private readonly PreparedModel _prepared;
    private readonly ForwardBackward _plain;
    private readonly ForwardBackward? _fused;

    /// <param name="model">A model with LoRA attached on any projections.</param>
    /// <param name="fused">Use the vectorised kernels where the model is float32 on the CPU.</param>
    /// <exception cref="ArgumentException">The model has no adapter.</exception>
    public LoraGradients(MistralModel model, bool fused = true)
    {
        using var computing = ComputeThread.Enter();
        _prepared = new PreparedModel(model);
        var isVectorised = fused && _prepared.Type == torch.ScalarType.Float32 && model.Embedding.device_type == DeviceType.CPU;
        _plain = new ForwardBackward(_prepared, new AtenKernels());
        _fused = isVectorised ? new ForwardBackward(_prepared, new FusedKernels()) : null;
    }

    /// <summary>D, the number of LoRA parameters.</summary>
    public int Dimension => _prepared.Dimension;

    /// <summary>The parameters in the order of a gradient.</summary>
    public IReadOnlyList<ParameterBlock> Blocks => _prepared.Blocks;

    /// <summary>Whether to train a model so: its base is kept in the adapters' type and is not large.</summary>
    public static bool Suits(MistralModel model) =>
        model.LoraParameters.Count > 0 && model.LoraParameters[0].Value.dtype == model.Embedding.dtype && AreCopiesSmall(model.Config);

    /// <summary>Whether the fused copies of such a base are small beside what a machine has.</summary>
    public static bool AreCopiesSmall(MistralConfig config) =>
        config.Layers * (long)config.HiddenSize * (((config.Heads + (2 * config.KvHeads)) * config.HeadDim) + (2 * config.IntermediateSize)) <= MostCopied;

    /// <summary>
    /// Whether every tensor of a batch, the scores of attention and the widest rows, lies in one span of bytes, as the vectorised kernels take it. Larger
    /// batches are computed without them.
    /// </summary>
    /// <param name="config">Heads and widths.</param>
    /// <param name="samples">B.</param>
    /// <param name="length">Tokens of the longest sample.</param>
    public static bool CanVectorise(MistralConfig config, long samples, long length)
    {
        const long most = int.MaxValue / sizeof(float);
        var widest = Math.Max(2L * config.IntermediateSize, (config.Heads + (2L * config.KvHeads)) * config.HeadDim);
        return samples * length * Math.Max(config.Heads * length, Math.Max(widest, config.HiddenSize)) <= most;
    }

    /// <summary>Losses [B] and gradients [B, D] of one micro-batch. Nothing is checked for NaN here.</summary>
    /// <exception cref="ArgumentException">No samples, a sample without answer, or a token outside the vocabulary.</exception>
    /// <exception cref="InputException">A sample is longer than the model's positions.</exception>
    public SampleGradients PerSample(TokenBatch batch) => PassFor(batch).Compute(batch, weights: null, perSample: true);

    /// <summary>The weighted losses [B] of one micro-batch and the gradient of their sum [1, D]. Nothing is checked for NaN here.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="weights">What each sample's loss is multiplied by; null: 1.</param>
    /// <inheritdoc cref="PerSample" path="/exception"/>
    public SampleGradients Sum(TokenBatch batch, IReadOnlyList<double>? weights = null) => PassFor(batch).Compute(batch, weights, perSample: false);

    /// <summary>Merges the adapters anew, after their values have changed.</summary>
    public void Refresh()
    {
        using var computing = ComputeThread.Enter();
        _prepared.Refresh();
    }

    public void Dispose() => _prepared.Dispose();

    private ForwardBackward PassFor(TokenBatch batch) =>
        _fused is not null && batch.Count > 0 && CanVectorise(_prepared.Config, batch.Count, batch.Width) ? _fused : _plain;
}
