using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>
/// A tensor's numbers as they lie in memory. TorchSharp's <c>data&lt;T&gt;()</c> goes element by element (27 times slower) and keeps a handle of its own.
/// </summary>
public static class TensorElements
{
    /// <summary>The numbers themselves, in row-major order; they are there as long as the tensor is.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds another type, is not contiguous or not in the processor's memory.</exception>
    public static Span<T> Elements<T>(this Tensor tensor)
        where T : unmanaged
    {
        if (tensor.dtype != TypeOf<T>() || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new InvalidOperationException(
                $"a contiguous tensor of {typeof(T).Name} in the processor's memory is expected; "
                + $"this is {tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device}.");
        }

        return MemoryMarshal.Cast<byte, T>(tensor.bytes);
    }

    /// <summary>A copy of the numbers, in row-major order, wherever the tensor is and however it lies there.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds another type.</exception>
    public static T[] ToArray<T>(this Tensor tensor)
        where T : unmanaged
    {
        using var detached = tensor.detach();
        using var here = detached.cpu();
        using var flat = here.contiguous();
        return flat.Elements<T>().ToArray();
    }

    /// <summary>
    /// Lets go of what an in-place call returned: some of TorchSharp's return the tensor itself, most another handle of
    /// it, which would stay until the finalizer.
    /// </summary>
    internal static void ReleaseUnless(this Tensor returned, Tensor changed)
    {
        if (!ReferenceEquals(returned, changed))
        {
            returned.Dispose();
        }
    }

    private static ScalarType TypeOf<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Single => ScalarType.Float32,
        TypeCode.Double => ScalarType.Float64,
        TypeCode.Int64 => ScalarType.Int64,
        TypeCode.Int32 => ScalarType.Int32,
        TypeCode.Byte => ScalarType.Byte,
        TypeCode.Boolean => ScalarType.Bool,
        _ => throw new NotSupportedException($"tensors of {typeof(T).Name} are not read here"),
    };
}
