using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Mistral.Backward;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>
/// One optimizer step at a time on given parameters: loss, backward, clip, update. Schedules and data order are the caller's. A model's own adapter is trained
/// by <see cref="LoraGradients"/> where that suits, about twice as fast as by autograd, which trains everything else; the base must not change meanwhile.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly MistralModel _model;
    private readonly double _maxNorm;
    private readonly LoraGradients? _byHand;
    private readonly Tensor? _sum;

    /// <param name="model">The model whose loss falls.</param>
    /// <param name="parameters">What is trained: <see cref="MistralModel.LoraParameters"/>, or <see cref="MistralModel.Parameters"/> for the base.</param>
    /// <param name="options">Null: the defaults of <see cref="AdamW"/>.</param>
    /// <param name="maxNorm">Gradients are clipped to this joint norm.</param>
    /// <param name="byHand">False: by autograd in any case, to compare.</param>
    public Trainer(
        MistralModel model, IReadOnlyList<(string Name, Tensor Value)> parameters, AdamWOptions? options = null, double maxNorm = 1, bool byHand = true)
    {
        _model = model;
        _maxNorm = maxNorm;
        foreach (var (_, value) in parameters)
        {
            value.requires_grad = true;
        }

        Optimizer = new AdamW(parameters, options);
        if (byHand && ReferenceEquals(parameters, model.LoraParameters) && LoraGradients.Suits(model))
        {
            _byHand = new LoraGradients(model);
            _sum = zeros(_byHand.Dimension, dtype: parameters[0].Value.dtype, device: parameters[0].Value.device).DetachFromDisposeScope();
        }
    }

    public AdamW Optimizer { get; }

    /// <summary>Whether gradients come from <see cref="LoraGradients"/> instead of autograd.</summary>
    public bool IsByHand => _byHand is not null;

    /// <summary>
    /// One step on the mean loss of all samples of the micro-batches, which share out memory but are one batch to the optimizer.
    /// </summary>
    /// <param name="microBatches">8 to 16 samples each are fastest on a CPU.</param>
    /// <param name="rate">Learning rate of this step.</param>
    /// <param name="weights">One per sample, in order of the micro-batches; see <see cref="AnswerLoss.Mean"/>.</param>
    /// <returns>The mean loss before the step.</returns>
    /// <exception cref="ArithmeticException">The loss or a gradient is NaN or infinite.</exception>
    public double Step(IReadOnlyList<TokenBatch> microBatches, double rate, IReadOnlyList<double>? weights = null)
    {
        using var computing = ComputeThread.Enter();
        if (_byHand is null)
        {
            Optimizer.ZeroGradients();
        }
        else
        {
            _byHand.Refresh();
            _sum!.zero_().ReleaseUnless(_sum);
            Attach(_sum);
        }

        var samples = microBatches.Sum(batch => batch.Count);
        double mean = 0;
        var done = 0;
        foreach (var batch in microBatches)
        {
            using var scope = NewDisposeScope();
            double[] share = [.. Enumerable.Range(done, batch.Count).Select(sample => (weights?[sample] ?? 1) / samples)];
            mean += _byHand is null ? Propagate(batch, share) : Add(_byHand, batch, share);
            done += batch.Count;
        }

        if (!double.IsFinite(mean))
        {
            throw new ArithmeticException($"the loss is {mean} at step {Optimizer.Steps}: the training has diverged; lower the learning rate.");
        }

        Optimizer.ClipGradients(_maxNorm);
        Optimizer.Step(rate);
        return mean;
    }

    public void Dispose()
    {
        _byHand?.Dispose();
        _sum?.Dispose();
        Optimizer.Dispose();
    }

    /// <summary>Makes every parameter's gradient a part of <paramref name="sum"/> [D], whatever it was.</summary>
    private void Attach(Tensor sum)
    {
        using var scope = NewDisposeScope();
        var offset = 0L;
        foreach (var (_, value) in _model.LoraParameters)
        {
            value.grad = sum.narrow(0, offset, value.numel()).view(value.shape);
            offset += value.numel();
        }
    }

    private double Propagate(TokenBatch batch, double[] weights)
    {
        var loss = AnswerLoss.Mean(_model, batch, weights) * batch.Count;
        loss.backward();
        return loss.to(ScalarType.Float64).item<double>();
    }

    private double Add(LoraGradients byHand, TokenBatch batch, double[] weights)
    {
        using var computed = byHand.Sum(batch, weights);
        using var noGrad = no_grad();
        using var sum = computed.Gradients.view(-1);
        _sum!.add_(sum).ReleaseUnless(_sum);
        return computed.Losses.Sum();
    }
}
