using System.Runtime.InteropServices;
using static TorchSharp.Failure;

namespace TorchSharp;

public static partial class torch
{
    // Shapes and indexing. Views share the memory of the tensor they come from.
    public partial class Tensor
    {
        public Tensor t() => Native.t(this);

        public Tensor T => Native.t(this);

        public Tensor mT => Native.transpose(this, -2, -1);

        public Tensor transpose(long dim0, long dim1) => Native.transpose(this, dim0, dim1);

        public Tensor permute(params long[] permutation) => Native.permute(this, permutation, permutation.Length);

        public Tensor view(params long[] shape) => Native.view(this, shape, shape.Length);

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape) => Native.reshape(this, shape, shape.Length);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.flatten(this, start_dim, end_dim);

        public Tensor unsqueeze(long dim) => Native.unsqueeze(this, dim);

        public Tensor squeeze(long? dim = null) => Native.squeeze(this, dim ?? IndexValue.Absent);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Native.expand(this, sizes, sizes.Length, isImplicit);

        public Tensor expand(params long[] sizes) => Native.expand(this, sizes, sizes.Length, false);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor repeat(params long[] sizes) => Native.repeat(this, sizes, sizes.Length);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Native.repeat_interleave(this, repeats, dim ?? IndexValue.Absent);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Native.repeat_interleave_tensor(this, repeats, dim ?? IndexValue.Absent);

        public Tensor flip(params long[] dims) => Native.flip(this, dims, dims.Length);

        public Tensor[] split(long size, long dim = 0) => Results(Native.split(this, size, dim))!;

        public Tensor[] split(long[] sizes, long dim = 0) => Results(Native.split_sizes(this, sizes, sizes.Length, dim))!;

        public Tensor[] chunk(long chunks, long dim = 0) => Results(Native.chunk(this, chunks, dim))!;

        public Tensor[] unbind(int dimension = 0) => Results(Native.unbind(this, dimension))!;

        public Tensor narrow(long dim, long start, long length) => Native.narrow(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) => Native.slice(this, dim, start, finish, step);

        public Tensor select(long dim, long index) => Native.select(this, dim, index);

        public Tensor triu(long diagonal = 0) => Native.triu(this, diagonal);

        public Tensor tril(long diagonal = 0) => Native.tril(this, diagonal);

        public Tensor nonzero() => Native.nonzero(this);

        public Tensor masked_select(Tensor mask) => Native.masked_select(this, mask);

        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[Tensor index]
        {
            get => this[TensorIndex.Tensor(index)];
            set => this[TensorIndex.Tensor(index)] = value;
        }

        public Tensor this[long i1]
        {
            get => Native.select(this, 0, i1);
            set => this[TensorIndex.Single(i1)] = value;
        }

        public Tensor this[long i1, long i2]
        {
            get => this[TensorIndex.Single(i1), TensorIndex.Single(i2)];
            set => this[TensorIndex.Single(i1), TensorIndex.Single(i2)] = value;
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => this[TensorIndex.Single(i1), TensorIndex.Single(i2), TensorIndex.Single(i3)];
            set => this[TensorIndex.Single(i1), TensorIndex.Single(i2), TensorIndex.Single(i3)] = value;
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var result = Native.index(this, Values(indices), indices.Length);
            GC.KeepAlive(indices);
            return result;
        }

        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            Check(Native.index_put_(this, Values(indices), indices.Length, value));
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            Check(Native.index_put_scalar_(this, Values(indices), indices.Length, value));
            GC.KeepAlive(indices);
            return this;
        }

        /// <summary>Puts, or with accumulate adds, the values at the places that the index tensors name together.</summary>
        public Tensor index_put_(Tensor[] indices, Tensor values, bool accumulate = false)
        {
            using var handles = new Handles(indices);
            Check(Native.index_put_accumulate_(this, handles.Span, handles.Count, values, accumulate));
            return this;
        }

        public Tensor index_select(long dim, Tensor index) => Native.index_select(this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Native.index_add(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Done(Native.index_add_(this, dim, index, source, alpha));

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Done(Native.index_copy_(this, dim, index, source));

        public Tensor gather(long dim, Tensor index) => Native.gather(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Native.scatter(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Done(Native.scatter_(this, dim, index, src));

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Native.scatter_add(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Done(Native.scatter_add_(this, dim, index, src));

        private static IndexValue[] Values(TensorIndex[] indices) => Array.ConvertAll(indices, i => i.Native);
    }
}
