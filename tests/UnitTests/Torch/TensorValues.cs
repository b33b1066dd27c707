using Shouldly;
using TorchSharp;

namespace ZiGong.UnitTests.Torch;

/// <summary>Compares a tensor with numbers worked out by hand.</summary>
internal static class TensorValues
{
    public static double[] Values(this torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to(torch.float64).data<double>().ToArray();
    }

    public static void ShouldHold(this torch.Tensor tensor, long[] shape, params double[] expected)
    {
        tensor.shape.ShouldBe(shape);
        tensor.ShouldHold(expected);
    }

    public static void ShouldHold(this torch.Tensor tensor, params double[] expected)
    {
        var values = tensor.Values();
        values.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            values[i].ShouldBe(expected[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])), $"element {i} of [{string.Join(", ", values)}]");
        }
    }
}
