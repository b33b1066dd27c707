using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor, read and written in place; in row-major order whatever the strides.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    public long Count { get; }

    /// <summary>The element at a row-major position.</summary>
    public unsafe T this[long index]
    {
        get
        {
            var value = *At(index);
            GC.KeepAlive(tensor);
            return value;
        }

        set
        {
            *At(index) = value;
            GC.KeepAlive(tensor);
        }
    }

    public unsafe T this[params long[] indices]
    {
        get => this[Flat(indices)];
        set => this[Flat(indices)] = value;
    }

    public T[] ToArray()
    {
        var all = new T[Count];
        CopyTo(all.AsSpan());
        return all;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies the elements from tensorIndex on to the span from arrayIndex on.</summary>
    /// <exception cref="ArgumentException">The span is too short for them.</exception>
    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Count - tensorIndex;
        if (tensorIndex < 0 || count < 0 || array.Length - arrayIndex < count)
        {
            throw new ArgumentException($"{count} elements do not fit into {array.Length - arrayIndex}.");
        }

        if (contiguous)
        {
            new ReadOnlySpan<T>((T*)Native.data_ptr(tensor) + tensorIndex, checked((int)count)).CopyTo(array[arrayIndex..]);
            GC.KeepAlive(tensor);
            return;
        }

        // libtorch gathers a view faster than element by element here.
        using var gathered = Native.contiguous(tensor);
        new TensorAccessor<T>(gathered).CopyTo(array, arrayIndex, tensorIndex);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Writes the values from arrayIndex on over the elements from tensorIndex on, until either ends.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        for (var i = arrayIndex; i < array.Length && tensorIndex < Count; i++)
        {
            this[tensorIndex++] = array[i];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
    }

    private long Flat(long[] indices)
    {
        if (indices.Length != shape.Length)
        {
            throw new ArgumentException($"{indices.Length} indices for a tensor of {shape.Length} dimensions.");
        }

        long flat = 0;
        for (var d = 0; d < shape.Length; d++)
        {
            if ((ulong)indices[d] >= (ulong)shape[d])
            {
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {indices[d]} in a dimension of {shape[d]}.");
            }

            flat = flat * shape[d] + indices[d];
        }

        return flat;
    }

    private unsafe T* At(long index)
    {
        if ((ulong)index >= (ulong)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), $"Element {index} of {Count}.");
        }

        var offset = index;
        if (!contiguous)
        {
            offset = 0;
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                offset += index % shape[d] * strides[d];
                index /= shape[d];
            }
        }

        return (T*)Native.data_ptr(tensor) + offset;
    }
}
