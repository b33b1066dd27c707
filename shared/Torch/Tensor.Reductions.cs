using static TorchSharp.Failure;

namespace TorchSharp;

public static partial class torch
{
    // Reductions and products.
    public partial class Tensor
    {
        /// <exception cref="ArgumentException">sum(0): C# takes the literal 0 for the first type, not for a dimension; sum(0L) is meant.</exception>
        public Tensor sum(ScalarType? type = null) => Native.sum(this, Type(NotZero(type, "sum")));

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Native.sum_dims(this, [dim], 1, keepdim, Type(type));

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Native.sum_dims(this, dim, dim.Length, keepdim, Type(type));

        /// <exception cref="ArgumentException">mean(0), as with sum(0); mean([0]) is meant.</exception>
        public Tensor mean(ScalarType? type = null) => Native.mean(this, Type(NotZero(type, "mean")));

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Native.mean_dims(this, dimensions, dimensions.Length, keepdim, Type(type));

        public Tensor var(long dimensions, bool unbiased = true, bool keepdim = false) => Native.var(this, [dimensions], 1, unbiased, keepdim);

        public Tensor std(long dimensions, bool unbiased = true, bool keepdim = false) => Native.std(this, [dimensions], 1, unbiased, keepdim);

        public Tensor amax(params long[] dims) => Native.amax(this, dims, dims.Length, false);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false) => Native.amax(this, dims, dims.Length, keepdim);

        public Tensor amin(params long[] dims) => Native.amin(this, dims, dims.Length, false);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false) => Native.amin(this, dims, dims.Length, keepdim);

        public Tensor max() => Native.max(this);

        public Tensor max(Tensor other) => Native.maximum(this, other);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Pair(Native.max_dim(this, dim, keepdim));

        public Tensor min() => Native.min(this);

        public Tensor min(Tensor other) => Native.minimum(this, other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Pair(Native.min_dim(this, dim, keepdim));

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Pair(Native.topk(this, k, dim, largest, sorted));

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Pair(Native.sort(this, dim, descending, stable));

        public Tensor argsort(long dim = -1, bool descending = false) => Native.argsort(this, dim, descending);

        public Tensor argmax() => Native.argmax(this, IndexValue.Absent, false);

        public Tensor argmax(long dim, bool keepdim = false) => Native.argmax(this, dim, keepdim);

        public Tensor argmin() => Native.argmin(this, IndexValue.Absent, false);

        public Tensor argmin(long dim, bool keepdim = false) => Native.argmin(this, dim, keepdim);

        public Tensor norm(float p = 2.0f) => Native.norm(this, p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Native.norm_dims(this, [dim], 1, keepdim, p);

        public Tensor cumsum(long dim, ScalarType? type = null) => Native.cumsum(this, dim, Type(type));

        public Tensor any() => Native.any(this);

        public Tensor any(long dim, bool keepdim = false) => Native.any_dim(this, dim, keepdim);

        public Tensor all() => Native.all(this);

        public Tensor all(long dim, bool keepdim = false) => Native.all_dim(this, dim, keepdim);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Native.softmax(this, dim, Type(dtype));

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Native.log_softmax(this, dim, Type(dtype));

        public Tensor logsumexp(long dim, bool keepdim = false) => Native.logsumexp(this, dim, keepdim);

        public Tensor matmul(Tensor target) => Native.matmul(this, target);

        public Tensor mm(Tensor target) => Native.mm(this, target);

        public Tensor bmm(Tensor batch2) => Native.bmm(this, batch2);

        public Tensor mv(Tensor target) => Native.mv(this, target);

        public Tensor dot(Tensor other) => Native.dot(this, other);

        public Tensor outer(Tensor vec2) => Native.outer(this, vec2);

        /// <summary>β · this + α · mat1 · mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Native.addmm(this, mat1, mat2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Done(Native.addmm_(this, mat1, mat2, beta, alpha));

        /// <summary>β · this + α · batch1 · batch2, matrix by matrix.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Native.baddbmm(this, batch1, batch2, beta, alpha);

        public Tensor baddbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Done(Native.baddbmm_(this, batch1, batch2, beta, alpha));

        /// <summary>β · this + α · Σ over the batch of batch1 · batch2.</summary>
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Native.addbmm(this, batch1, batch2, beta, alpha);

        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Done(Native.addbmm_(this, batch1, batch2, beta, alpha));

        // TorchSharp has the same overloads and would quietly reduce everything to one number.
        private static ScalarType? NotZero(ScalarType? type, string name) => type != ScalarType.Byte
            ? type
            : throw new ArgumentException($"{name}(0) names the type Byte and no dimension: write sum(0L) or mean([0]).");

        private static int Type(ScalarType? type) => type is { } t ? (int)t : -1;

        private static (Tensor First, Tensor Second) Pair(long count)
        {
            var both = Results(count);
            return (both[0]!, both[1]!);
        }
    }
}
