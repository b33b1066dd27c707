using TorchSharp;

namespace ZiGong.GradientExtraction;

/// <summary>Losses and gradients of the samples of one micro-batch, in its order.</summary>
/// <param name="Losses">[B] mean cross entropy over the answer tokens.</param>
/// <param name="Gradients">[B, D] on the LoRA parameters in their canonical order, in the model's type.</param>
public sealed record SampleGradients(double[] Losses, torch.Tensor Gradients) : IDisposable
{
    public void Dispose() => Gradients.Dispose();
}
