using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Mistral.Gradients;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// Losses and LoRA gradients of a model, written out by hand: per sample, or summed at about half the cost of autograd. Made from the model's present
/// weights, merged and fused; <see cref="Refresh"/> follows the adapters when they have changed. The model must outlive it. One serves one thread; several may
/// share a model. Fused copies of every projection but o and down, and of those where they are adapted, stay in memory; base and norms are taken as they are when it is made.
/// </summary>
public sealed class LoraGradients : IDisposable
{
    /// <summary>Numbers that copies may have for training: a GiB of float32, which a model of 500 million parameters reaches.</summary>
    private const long MostCopied = 1L << 28;

    private readonly PreparedModel _prepared;
    private readonly ForwardBackward _pass;

    /// <param name="model">A model with LoRA attached on any projections.</param>
    /// <param name="fused">Use the vectorised kernels where the model is float32 on the CPU.</param>
    /// <exception cref="ArgumentException">The model has no adapter.</exception>
    public LoraGradients(MistralModel model, bool fused = true)
    {
        using var computing = ComputeThread.Enter();
        _prepared = new PreparedModel(model);
        var isVectorised = fused && _prepared.Type == torch.ScalarType.Float32 && model.Embedding.device_type == DeviceType.CPU;
        _pass = new ForwardBackward(_prepared, isVectorised ? new FusedKernels() : new AtenKernels());
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

    /// <summary>Losses [B] and gradients [B, D] of one micro-batch. Nothing is checked for NaN here.</summary>
    /// <exception cref="ArgumentException">No samples, a sample without answer, or a token outside the vocabulary.</exception>
    /// <exception cref="InputException">A sample is longer than the model's positions.</exception>
    public SampleGradients PerSample(TokenBatch batch) => _pass.Compute(batch, weights: null, perSample: true);

    /// <summary>The weighted losses [B] of one micro-batch and the gradient of their sum [1, D]. Nothing is checked for NaN here.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="weights">What each sample's loss is multiplied by; null: 1.</param>
    /// <inheritdoc cref="PerSample" path="/exception"/>
    public SampleGradients Sum(TokenBatch batch, IReadOnlyList<double>? weights = null) => _pass.Compute(batch, weights, perSample: false);

    /// <summary>Merges the adapters anew, after their values have changed.</summary>
    public void Refresh()
    {
        using var computing = ComputeThread.Enter();
        _prepared.Refresh();
    }

    public void Dispose() => _prepared.Dispose();
}
