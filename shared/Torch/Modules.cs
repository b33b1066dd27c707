using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that is trained: the same values under a type of its own, with gradients on.</summary>
public sealed class Parameter : Tensor
{
    /// <summary>Takes over the tensor's handle, so that the tensor given is empty afterwards.</summary>
    public Parameter(Tensor data, bool requires_grad = true)
        : base(data)
    {
        this.requires_grad = requires_grad;
    }
}
