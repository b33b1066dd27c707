using static TorchSharp.Failure;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Reading the only element as a number of .NET, and numbers as tensors.</summary>
public static class TensorExtensionMethods
{
    public static unsafe double ToDouble(this Tensor value)
    {
        double result;
        Check(Native.item_double(value, &result));
        return result;
    }

    public static unsafe long ToInt64(this Tensor value)
    {
        long result;
        Check(Native.item_long(value, &result));
        return result;
    }

    public static float ToSingle(this Tensor value) => (float)value.ToDouble();

    public static int ToInt32(this Tensor value) => checked((int)value.ToInt64());

    public static bool ToBoolean(this Tensor value) => value.ToDouble() != 0;

    public static Scalar ToScalar(this Tensor value) => value.is_floating_point() ? value.ToDouble() : value.ToInt64();

    public static Tensor ToTensor(this float[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false) =>
        tensor(rawArray, dimensions, requires_grad: requires_grad);

    public static Tensor ToTensor(this long[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false) =>
        tensor(rawArray, dimensions, requires_grad: requires_grad);
}
