using TorchSharp;

namespace ZiGong.Mistral.Backward;

/// <summary>Losses and gradients of the samples of one micro-batch, in its order.</summary>
/// <param name="Losses">[B] mean cross entropy over the answer tokens, times the sample's weight where there are weights.</param>
/// <param name="Gradients">[B, D], or [1, D] of the sum, on the LoRA parameters in their canonical order, in the adapters' type.</param>
public sealed record SampleGradients(double[] Losses, torch.Tensor Gradients) : IDisposable
{
    public void Dispose() => Gradients.Dispose();
}
