using TorchSharp;
using ZiGong.Contracts;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>One optimizer step at a time on given parameters: loss, backward, clip, update. Schedules and data order are the caller's.</summary>
public sealed class Trainer : IDisposable
{
    private readonly MistralModel _model;
    private readonly double _maxNorm;

    /// <param name="model">The model whose loss falls.</param>
    /// <param name="parameters">What is trained: <see cref="MistralModel.LoraParameters"/>, or <see cref="MistralModel.Parameters"/> for the base.</param>
    /// <param name="options">Null: the defaults of <see cref="AdamW"/>.</param>
    /// <param name="maxNorm">Gradients are clipped to this joint norm.</param>
    public Trainer(MistralModel model, IReadOnlyList<(string Name, Tensor Value)> parameters, AdamWOptions? options = null, double maxNorm = 1)
    {
        _model = model;
        _maxNorm = maxNorm;
        foreach (var (_, value) in parameters)
        {
            value.requires_grad = true;
        }

        Optimizer = new AdamW(parameters, options);
    }

    public AdamW Optimizer { get; }

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
        Optimizer.ZeroGradients();
        double samples = microBatches.Sum(batch => batch.Count);
        double mean = 0;
        var done = 0;
        foreach (var batch in microBatches)
        {
            using var scope = NewDisposeScope();
            var share = weights?.Skip(done).Take(batch.Count).ToArray();
            var loss = AnswerLoss.Mean(_model, batch, share) * (batch.Count / samples);
            loss.backward();
            mean += loss.to(ScalarType.Float64).item<double>();
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

    public void Dispose() => Optimizer.Dispose();
}
