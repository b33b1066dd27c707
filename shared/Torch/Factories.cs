using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.Failure;

namespace TorchSharp;

// New tensors: float32 on the CPU unless told otherwise.
public static partial class torch
{
    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.empty(size, size.Length, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.zeros(size, size.Length, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.ones(size, size.Length, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.full(size, size.Length, value, (int)(dtype ?? TypeOf(value)), Place(device), Number(device)), requires_grad);

    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.rand(size, size.Length, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.randn(size, size.Length, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        empty([size], dtype, device, requires_grad);

    public static Tensor empty(long dim0, long dim1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        empty([dim0, dim1], dtype, device, requires_grad);

    public static Tensor empty(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        empty([dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor empty(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        empty([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([size], dtype, device, requires_grad);

    public static Tensor zeros(long dim0, long dim1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([dim0, dim1], dtype, device, requires_grad);

    public static Tensor zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([size], dtype, device, requires_grad);

    public static Tensor ones(long dim0, long dim1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([dim0, dim1], dtype, device, requires_grad);

    public static Tensor ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor rand(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        rand([size], dtype, device, requires_grad);

    public static Tensor rand(long dim0, long dim1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        rand([dim0, dim1], dtype, device, requires_grad);

    public static Tensor rand(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        rand([dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor rand(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        rand([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor randn(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        randn([size], dtype, device, requires_grad);

    public static Tensor randn(long dim0, long dim1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        randn([dim0, dim1], dtype, device, requires_grad);

    public static Tensor randn(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        randn([dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor randn(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        randn([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full([size], value, dtype, device, requires_grad);

    public static Tensor full(long dim0, long dim1, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full([dim0, dim1], value, dtype, device, requires_grad);
    public static Tensor randint(long low, long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) =>
        Native.randint(low, high, size, size.Length, (int)(dtype ?? ScalarType.Int64), Place(device), Number(device));

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null) =>
        Native.randperm(n, (int)(dtype ?? ScalarType.Int64), Place(device), Number(device));

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var type = dtype ?? (start.IsIntegral && stop.IsIntegral && step.IsIntegral ? ScalarType.Int64 : defaultType);
        return Ready(Native.arange(start, stop, step, (int)type, Place(device), Number(device)), requires_grad);
    }

    public static Tensor eye(long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Native.eye(rows, columns < 0 ? rows : columns, Kind(dtype), Place(device), Number(device)), requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Moved(Native.empty_like(input, Optional(dtype)), device), requires_grad);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Moved(Native.zeros_like(input, Optional(dtype)), device), requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Moved(Native.ones_like(input, Optional(dtype)), device), requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Moved(Native.full_like(input, value, Optional(dtype)), device), requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ready(Moved(Native.randn_like(input, Optional(dtype)), device), requires_grad);

    /// <summary>A copy of an array of any rank whose elements are of a tensor's types.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var dimensions = new long[rawArray.Rank];
        for (var d = 0; d < dimensions.Length; d++)
        {
            dimensions[d] = rawArray.GetLongLength(d);
        }

        ScalarType? type = rawArray switch
        {
            // A byte array passes for an sbyte array and so on, so the element type decides.
            _ when rawArray.GetType().GetElementType() == typeof(float) => ScalarType.Float32,
            _ when rawArray.GetType().GetElementType() == typeof(double) => ScalarType.Float64,
            _ when rawArray.GetType().GetElementType() == typeof(long) => ScalarType.Int64,
            _ when rawArray.GetType().GetElementType() == typeof(int) => ScalarType.Int32,
            _ when rawArray.GetType().GetElementType() == typeof(short) => ScalarType.Int16,
            _ when rawArray.GetType().GetElementType() == typeof(sbyte) => ScalarType.Int8,
            _ when rawArray.GetType().GetElementType() == typeof(byte) => ScalarType.Byte,
            _ when rawArray.GetType().GetElementType() == typeof(bool) => ScalarType.Bool,
            _ when rawArray.GetType().GetElementType() == typeof(Half) => ScalarType.Float16,
            _ when rawArray.GetType().GetElementType() == typeof(BFloat16) => ScalarType.BFloat16,
            _ => null,
        };
        if (type is not { } known)
        {
            throw new ArgumentException($"No tensor holds elements of {rawArray.GetType().GetElementType()}.", nameof(rawArray));
        }

        return Copied(ref MemoryMarshal.GetArrayDataReference(rawArray), rawArray.LongLength, dimensions, known, dtype, device, requires_grad);
    }

    private static Tensor Copied<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<long> dimensions, ScalarType type, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged =>
        Copied(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(values)), values.Length, dimensions, type, dtype, device, requires_grad);

    private static unsafe Tensor Copied(
        ref byte first, long count, ReadOnlySpan<long> dimensions, ScalarType type, ScalarType? dtype, Device? device, bool requires_grad)
    {
        long wanted = 1;
        foreach (var dimension in dimensions)
        {
            wanted = checked(wanted * dimension);
        }

        if (wanted != count)
        {
            throw new ArgumentException($"{count} values do not fill the shape [{string.Join(", ", dimensions.ToArray())}], which holds {wanted}.");
        }

        Tensor made;
        fixed (byte* data = &first)
        {
            made = Native.from_data(data, dimensions, dimensions.Length, (int)type);
        }

        var there = made.to(dtype ?? type, device ?? CPU);
        if (!ReferenceEquals(there, made))
        {
            made.Dispose();
        }

        return Ready(there, requires_grad);
    }

    private static Tensor Ready(Tensor made, bool requires_grad)
    {
        if (requires_grad)
        {
            Check(Native.set_requires_grad(made, true));
        }

        return made;
    }

    private static Tensor Moved(Tensor made, Device? device) => device is null ? made : made.to(device, disposeAfter: device != made.device);

    private static int Kind(ScalarType? dtype) => (int)(dtype ?? defaultType);

    private static int Optional(ScalarType? dtype) => dtype is { } type ? (int)type : -1;

    private static ScalarType TypeOf(Scalar value) => value.IsIntegral ? ScalarType.Int64 : value.IsBool ? ScalarType.Bool : defaultType;

    private static int Place(Device? device) => (int)(device?.type ?? DeviceType.CPU);

    private static int Number(Device? device) => device?.index ?? -1;
}
