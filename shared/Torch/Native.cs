using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// The entry points of native/zigong_torch.cpp, one line each. A tensor goes over as its handle and stays alive until the call returns
/// (<see cref="TensorMarshaller"/>); an int is a status, and zero means done (<see cref="Failure.Check(int)"/>).
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "zigong_torch";

    // Bookkeeping
    [LibraryImport(Library, EntryPoint = "zt_error")] internal static partial nint error();
    [LibraryImport(Library, EntryPoint = "zt_version")] internal static partial nint version();
    [LibraryImport(Library, EntryPoint = "zt_live")] internal static partial long live();
    [LibraryImport(Library, EntryPoint = "zt_peak")] internal static partial long peak();
    [LibraryImport(Library, EntryPoint = "zt_free")] internal static partial void free(nint a);
    [LibraryImport(Library, EntryPoint = "zt_take")] internal static partial nint take(long i);
    [LibraryImport(Library, EntryPoint = "zt_set_num_threads")] internal static partial int set_num_threads(int n);
    [LibraryImport(Library, EntryPoint = "zt_get_num_threads")] internal static partial int get_num_threads();
    [LibraryImport(Library, EntryPoint = "zt_cuda_device_count")] internal static partial int cuda_device_count();
    [LibraryImport(Library, EntryPoint = "zt_cuda_synchronize")] internal static partial int cuda_synchronize(long index);
    [LibraryImport(Library, EntryPoint = "zt_manual_seed")] internal static partial int manual_seed(long seed);
    [LibraryImport(Library, EntryPoint = "zt_grad_mode")] internal static partial Flag grad_mode();
    [LibraryImport(Library, EntryPoint = "zt_set_grad_mode")] internal static partial void set_grad_mode(Flag on);
    [LibraryImport(Library, EntryPoint = "zt_allow_tf32")] internal static partial int allow_tf32(Flag on);

    // What a tensor is
    [LibraryImport(Library, EntryPoint = "zt_dim")] internal static partial long dim(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_numel")] internal static partial long numel(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sizes")] internal static partial int sizes(Tensor a, long* result);
    [LibraryImport(Library, EntryPoint = "zt_strides")] internal static partial int strides(Tensor a, long* result);
    [LibraryImport(Library, EntryPoint = "zt_size")] internal static partial int size(Tensor a, long d, long* result);
    [LibraryImport(Library, EntryPoint = "zt_dtype")] internal static partial int dtype(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_element_size")] internal static partial long element_size(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_device_type")] internal static partial int device_type(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_device_index")] internal static partial int device_index(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_is_contiguous")] internal static partial Flag is_contiguous(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_requires_grad")] internal static partial Flag requires_grad(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_is_leaf")] internal static partial Flag is_leaf(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_set_requires_grad")] internal static partial int set_requires_grad(Tensor a, Flag on);
    [LibraryImport(Library, EntryPoint = "zt_data_ptr")] internal static partial void* data_ptr(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_item_double")] internal static partial int item_double(Tensor a, double* result);
    [LibraryImport(Library, EntryPoint = "zt_item_long")] internal static partial int item_long(Tensor a, long* result);
    [LibraryImport(Library, EntryPoint = "zt_equal")] internal static partial int equal(Tensor a, Tensor b, bool* result);
    [LibraryImport(Library, EntryPoint = "zt_allclose")] internal static partial int allclose(Tensor a, Tensor b, double r, double t, Flag nan, bool* result);

    // Autograd
    [LibraryImport(Library, EntryPoint = "zt_has_grad")] internal static partial Flag has_grad(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_grad")] internal static partial Tensor grad(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_set_grad")] internal static partial int set_grad(Tensor a, Tensor? g);
    [LibraryImport(Library, EntryPoint = "zt_backward")] internal static partial int backward(Tensor a, Tensor? gradient, Flag retain, Flag create);
    [LibraryImport(Library, EntryPoint = "zt_autograd_grad")]
    internal static partial long autograd_grad(
        ReadOnlySpan<nint> outputs, long no, ReadOnlySpan<nint> inputs, long ni, ReadOnlySpan<nint> gradients, long ng,
        Flag retain, Flag create, Flag unused);

    // New tensors
    [LibraryImport(Library, EntryPoint = "zt_empty")] internal static partial Tensor empty(ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_zeros")] internal static partial Tensor zeros(ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_ones")] internal static partial Tensor ones(ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_full")] internal static partial Tensor full(ReadOnlySpan<long> d, long n, Scalar v, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_rand")] internal static partial Tensor rand(ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_randn")] internal static partial Tensor randn(ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_randint")]
    internal static partial Tensor randint(long low, long high, ReadOnlySpan<long> d, long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_randperm")] internal static partial Tensor randperm(long n, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_multinomial")] internal static partial Tensor multinomial(Tensor a, long n, Flag again);
    [LibraryImport(Library, EntryPoint = "zt_arange")] internal static partial Tensor arange(Scalar from, Scalar to, Scalar step, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_eye")] internal static partial Tensor eye(long rows, long columns, int t, int dev, int di);
    [LibraryImport(Library, EntryPoint = "zt_from_data")] internal static partial Tensor from_data(void* data, ReadOnlySpan<long> d, long n, int t);
    [LibraryImport(Library, EntryPoint = "zt_empty_like")] internal static partial Tensor empty_like(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_zeros_like")] internal static partial Tensor zeros_like(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_ones_like")] internal static partial Tensor ones_like(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_full_like")] internal static partial Tensor full_like(Tensor a, Scalar v, int t);
    [LibraryImport(Library, EntryPoint = "zt_randn_like")] internal static partial Tensor randn_like(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_to")] internal static partial Tensor to(Tensor a, int t, int dev, int di, Flag blocking, Flag copy);

    // Element by element
    [LibraryImport(Library, EntryPoint = "zt_exp")] internal static partial Tensor exp(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_log")] internal static partial Tensor log(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_abs")] internal static partial Tensor abs(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_neg")] internal static partial Tensor neg(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sqrt")] internal static partial Tensor sqrt(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_rsqrt")] internal static partial Tensor rsqrt(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_reciprocal")] internal static partial Tensor reciprocal(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_square")] internal static partial Tensor square(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_tanh")] internal static partial Tensor tanh(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sigmoid")] internal static partial Tensor sigmoid(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_silu")] internal static partial Tensor silu(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_relu")] internal static partial Tensor relu(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_cos")] internal static partial Tensor cos(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sin")] internal static partial Tensor sin(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_log1p")] internal static partial Tensor log1p(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_expm1")] internal static partial Tensor expm1(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_erf")] internal static partial Tensor erf(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_floor")] internal static partial Tensor floor(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_ceil")] internal static partial Tensor ceil(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_round")] internal static partial Tensor round(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sign")] internal static partial Tensor sign(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_isnan")] internal static partial Tensor isnan(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_isinf")] internal static partial Tensor isinf(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_isfinite")] internal static partial Tensor isfinite(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_logical_not")] internal static partial Tensor logical_not(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_any")] internal static partial Tensor any(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_all")] internal static partial Tensor all(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_detach")] internal static partial Tensor detach(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_t")] internal static partial Tensor t(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_clone")] internal static partial Tensor clone(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_alias")] internal static partial Tensor alias(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_nonzero")] internal static partial Tensor nonzero(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_zero_")] internal static partial int zero_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_exp_")] internal static partial int exp_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_abs_")] internal static partial int abs_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_neg_")] internal static partial int neg_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sqrt_")] internal static partial int sqrt_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_rsqrt_")] internal static partial int rsqrt_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_reciprocal_")] internal static partial int reciprocal_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_square_")] internal static partial int square_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_tanh_")] internal static partial int tanh_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_sigmoid_")] internal static partial int sigmoid_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_silu_")] internal static partial int silu_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_relu_")] internal static partial int relu_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_detach_")] internal static partial int detach_(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_mul")] internal static partial Tensor mul(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_div")] internal static partial Tensor div(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_maximum")] internal static partial Tensor maximum(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_minimum")] internal static partial Tensor minimum(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_pow")] internal static partial Tensor pow(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_remainder")] internal static partial Tensor remainder(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_eq")] internal static partial Tensor eq(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_ne")] internal static partial Tensor ne(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_lt")] internal static partial Tensor lt(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_le")] internal static partial Tensor le(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_gt")] internal static partial Tensor gt(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_ge")] internal static partial Tensor ge(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_logical_and")] internal static partial Tensor logical_and(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_logical_or")] internal static partial Tensor logical_or(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_bitwise_and")] internal static partial Tensor bitwise_and(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_bitwise_or")] internal static partial Tensor bitwise_or(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_matmul")] internal static partial Tensor matmul(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_mm")] internal static partial Tensor mm(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_bmm")] internal static partial Tensor bmm(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_mv")] internal static partial Tensor mv(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_dot")] internal static partial Tensor dot(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_outer")] internal static partial Tensor outer(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_masked_select")] internal static partial Tensor masked_select(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_isin")] internal static partial Tensor isin(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_mul_")] internal static partial int mul_(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_div_")] internal static partial int div_(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_mul_scalar")] internal static partial Tensor mul_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_div_scalar")] internal static partial Tensor div_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_pow_scalar")] internal static partial Tensor pow_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_eq_scalar")] internal static partial Tensor eq_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_ne_scalar")] internal static partial Tensor ne_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_lt_scalar")] internal static partial Tensor lt_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_le_scalar")] internal static partial Tensor le_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_gt_scalar")] internal static partial Tensor gt_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_ge_scalar")] internal static partial Tensor ge_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_remainder_scalar")] internal static partial Tensor remainder_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_clamp_min_scalar")] internal static partial Tensor clamp_min_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_clamp_max_scalar")] internal static partial Tensor clamp_max_scalar(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_mul_scalar_")] internal static partial int mul_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_div_scalar_")] internal static partial int div_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_pow_scalar_")] internal static partial int pow_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_fill_scalar_")] internal static partial int fill_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_clamp_min_scalar_")] internal static partial int clamp_min_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_clamp_max_scalar_")] internal static partial int clamp_max_scalar_(Tensor a, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_contiguous")] internal static partial Tensor contiguous(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_copy_")] internal static partial int copy_(Tensor a, Tensor b, Flag async);
    [LibraryImport(Library, EntryPoint = "zt_fill_")] internal static partial int fill_(Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_normal_")] internal static partial int normal_(Tensor a, double mean, double std);
    [LibraryImport(Library, EntryPoint = "zt_uniform_")] internal static partial int uniform_(Tensor a, double low, double high);
    [LibraryImport(Library, EntryPoint = "zt_add")] internal static partial Tensor add(Tensor a, Tensor b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_sub")] internal static partial Tensor sub(Tensor a, Tensor b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_add_")] internal static partial int add_(Tensor a, Tensor b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_sub_")] internal static partial int sub_(Tensor a, Tensor b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_add_scalar")] internal static partial Tensor add_scalar(Tensor a, Scalar b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_sub_scalar")] internal static partial Tensor sub_scalar(Tensor a, Scalar b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_add_scalar_")] internal static partial int add_scalar_(Tensor a, Scalar b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_sub_scalar_")] internal static partial int sub_scalar_(Tensor a, Scalar b, Scalar s);
    [LibraryImport(Library, EntryPoint = "zt_rsub_scalar")] internal static partial Tensor rsub_scalar(Tensor a, Scalar b);
    [LibraryImport(Library, EntryPoint = "zt_addcmul")] internal static partial Tensor addcmul(Tensor a, Tensor b, Tensor c, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_addcdiv")] internal static partial Tensor addcdiv(Tensor a, Tensor b, Tensor c, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_addcmul_")] internal static partial int addcmul_(Tensor a, Tensor b, Tensor c, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_addcdiv_")] internal static partial int addcdiv_(Tensor a, Tensor b, Tensor c, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_lerp")] internal static partial Tensor lerp(Tensor a, Tensor b, Tensor w);
    [LibraryImport(Library, EntryPoint = "zt_lerp_scalar")] internal static partial Tensor lerp_scalar(Tensor a, Tensor b, Scalar w);
    [LibraryImport(Library, EntryPoint = "zt_lerp_")] internal static partial int lerp_(Tensor a, Tensor b, Tensor w);
    [LibraryImport(Library, EntryPoint = "zt_lerp_scalar_")] internal static partial int lerp_scalar_(Tensor a, Tensor b, Scalar w);
    [LibraryImport(Library, EntryPoint = "zt_clamp")] internal static partial Tensor clamp(Tensor a, Scalar low, Scalar high);
    [LibraryImport(Library, EntryPoint = "zt_clamp_")] internal static partial int clamp_(Tensor a, Scalar low, Scalar high);
    [LibraryImport(Library, EntryPoint = "zt_where")] internal static partial Tensor where(Tensor c, Tensor a, Tensor b);
    [LibraryImport(Library, EntryPoint = "zt_masked_fill")] internal static partial Tensor masked_fill(Tensor a, Tensor mask, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_masked_fill_")] internal static partial int masked_fill_(Tensor a, Tensor mask, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_triu")] internal static partial Tensor triu(Tensor a, long d);
    [LibraryImport(Library, EntryPoint = "zt_tril")] internal static partial Tensor tril(Tensor a, long d);
    [LibraryImport(Library, EntryPoint = "zt_dropout")] internal static partial Tensor dropout(Tensor a, double p, Flag train);

    // Reductions
    [LibraryImport(Library, EntryPoint = "zt_sum")] internal static partial Tensor sum(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_sum_dims")] internal static partial Tensor sum_dims(Tensor a, ReadOnlySpan<long> d, long n, Flag keep, int t);
    [LibraryImport(Library, EntryPoint = "zt_mean")] internal static partial Tensor mean(Tensor a, int t);
    [LibraryImport(Library, EntryPoint = "zt_mean_dims")] internal static partial Tensor mean_dims(Tensor a, ReadOnlySpan<long> d, long n, Flag keep, int t);
    [LibraryImport(Library, EntryPoint = "zt_var")] internal static partial Tensor var(Tensor a, ReadOnlySpan<long> d, long n, Flag unbiased, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_std")] internal static partial Tensor std(Tensor a, ReadOnlySpan<long> d, long n, Flag unbiased, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_amax")] internal static partial Tensor amax(Tensor a, ReadOnlySpan<long> d, long n, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_amin")] internal static partial Tensor amin(Tensor a, ReadOnlySpan<long> d, long n, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_max")] internal static partial Tensor max(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_min")] internal static partial Tensor min(Tensor a);
    [LibraryImport(Library, EntryPoint = "zt_max_dim")] internal static partial long max_dim(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_min_dim")] internal static partial long min_dim(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_topk")] internal static partial long topk(Tensor a, long k, long d, Flag largest, Flag sorted);
    [LibraryImport(Library, EntryPoint = "zt_sort")] internal static partial long sort(Tensor a, long d, Flag descending, Flag stable);
    [LibraryImport(Library, EntryPoint = "zt_argsort")] internal static partial Tensor argsort(Tensor a, long d, Flag descending);
    [LibraryImport(Library, EntryPoint = "zt_argmax")] internal static partial Tensor argmax(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_argmin")] internal static partial Tensor argmin(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_norm")] internal static partial Tensor norm(Tensor a, double p);
    [LibraryImport(Library, EntryPoint = "zt_norm_dims")] internal static partial Tensor norm_dims(Tensor a, ReadOnlySpan<long> d, long n, Flag keep, double p);
    [LibraryImport(Library, EntryPoint = "zt_cumsum")] internal static partial Tensor cumsum(Tensor a, long d, int t);
    [LibraryImport(Library, EntryPoint = "zt_any_dim")] internal static partial Tensor any_dim(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_all_dim")] internal static partial Tensor all_dim(Tensor a, long d, Flag keep);
    [LibraryImport(Library, EntryPoint = "zt_softmax")] internal static partial Tensor softmax(Tensor a, long d, int t);
    [LibraryImport(Library, EntryPoint = "zt_log_softmax")] internal static partial Tensor log_softmax(Tensor a, long d, int t);
    [LibraryImport(Library, EntryPoint = "zt_logsumexp")] internal static partial Tensor logsumexp(Tensor a, long d, Flag keep);

    // Products
    [LibraryImport(Library, EntryPoint = "zt_addmm")] internal static partial Tensor addmm(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_addmm_")] internal static partial int addmm_(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_baddbmm")] internal static partial Tensor baddbmm(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_baddbmm_")] internal static partial int baddbmm_(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_addbmm")] internal static partial Tensor addbmm(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_addbmm_")] internal static partial int addbmm_(Tensor a, Tensor b, Tensor c, double beta, double alpha);
    [LibraryImport(Library, EntryPoint = "zt_einsum", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Tensor einsum(string equation, ReadOnlySpan<nint> items, long n);
    [LibraryImport(Library, EntryPoint = "zt_linear")] internal static partial Tensor linear(Tensor x, Tensor w, Tensor? b);
    [LibraryImport(Library, EntryPoint = "zt_attention")]
    internal static partial Tensor attention(Tensor q, Tensor k, Tensor v, Tensor? mask, double p, Flag causal);
    [LibraryImport(Library, EntryPoint = "zt_embedding")] internal static partial Tensor embedding(Tensor ids, Tensor weight, long padding);
    [LibraryImport(Library, EntryPoint = "zt_cross_entropy")]
    internal static partial Tensor cross_entropy(Tensor x, Tensor y, Tensor? w, long reduction, long ignore, double smoothing);
    [LibraryImport(Library, EntryPoint = "zt_nll_loss")] internal static partial Tensor nll_loss(Tensor x, Tensor y, Tensor? w, long reduction, long ignore);

    // Shapes
    [LibraryImport(Library, EntryPoint = "zt_view")] internal static partial Tensor view(Tensor a, ReadOnlySpan<long> d, long n);
    [LibraryImport(Library, EntryPoint = "zt_reshape")] internal static partial Tensor reshape(Tensor a, ReadOnlySpan<long> d, long n);
    [LibraryImport(Library, EntryPoint = "zt_expand")] internal static partial Tensor expand(Tensor a, ReadOnlySpan<long> d, long n, Flag @implicit);
    [LibraryImport(Library, EntryPoint = "zt_permute")] internal static partial Tensor permute(Tensor a, ReadOnlySpan<long> d, long n);
    [LibraryImport(Library, EntryPoint = "zt_repeat")] internal static partial Tensor repeat(Tensor a, ReadOnlySpan<long> d, long n);
    [LibraryImport(Library, EntryPoint = "zt_flip")] internal static partial Tensor flip(Tensor a, ReadOnlySpan<long> d, long n);
    [LibraryImport(Library, EntryPoint = "zt_flatten")] internal static partial Tensor flatten(Tensor a, long from, long to);
    [LibraryImport(Library, EntryPoint = "zt_transpose")] internal static partial Tensor transpose(Tensor a, long x, long y);
    [LibraryImport(Library, EntryPoint = "zt_unsqueeze")] internal static partial Tensor unsqueeze(Tensor a, long d);
    [LibraryImport(Library, EntryPoint = "zt_squeeze")] internal static partial Tensor squeeze(Tensor a, long d);
    [LibraryImport(Library, EntryPoint = "zt_repeat_interleave")] internal static partial Tensor repeat_interleave(Tensor a, long n, long d);
    [LibraryImport(Library, EntryPoint = "zt_repeat_interleave_tensor")] internal static partial Tensor repeat_interleave_tensor(Tensor a, Tensor n, long d);
    [LibraryImport(Library, EntryPoint = "zt_cat")] internal static partial Tensor cat(ReadOnlySpan<nint> items, long n, long d);
    [LibraryImport(Library, EntryPoint = "zt_stack")] internal static partial Tensor stack(ReadOnlySpan<nint> items, long n, long d);
    [LibraryImport(Library, EntryPoint = "zt_split")] internal static partial long split(Tensor a, long size, long d);
    [LibraryImport(Library, EntryPoint = "zt_split_sizes")] internal static partial long split_sizes(Tensor a, ReadOnlySpan<long> s, long n, long d);
    [LibraryImport(Library, EntryPoint = "zt_chunk")] internal static partial long chunk(Tensor a, long n, long d);
    [LibraryImport(Library, EntryPoint = "zt_unbind")] internal static partial long unbind(Tensor a, long d);
    [LibraryImport(Library, EntryPoint = "zt_narrow")] internal static partial Tensor narrow(Tensor a, long d, long start, long length);
    [LibraryImport(Library, EntryPoint = "zt_slice")] internal static partial Tensor slice(Tensor a, long d, long start, long stop, long step);
    [LibraryImport(Library, EntryPoint = "zt_select")] internal static partial Tensor select(Tensor a, long d, long i);

    // Indexing
    [LibraryImport(Library, EntryPoint = "zt_index")] internal static partial Tensor index(Tensor a, ReadOnlySpan<IndexValue> i, long n);
    [LibraryImport(Library, EntryPoint = "zt_index_put_")] internal static partial int index_put_(Tensor a, ReadOnlySpan<IndexValue> i, long n, Tensor v);
    [LibraryImport(Library, EntryPoint = "zt_index_put_scalar_")]
    internal static partial int index_put_scalar_(Tensor a, ReadOnlySpan<IndexValue> i, long n, Scalar v);
    [LibraryImport(Library, EntryPoint = "zt_index_put_accumulate_")]
    internal static partial int index_put_accumulate_(Tensor a, ReadOnlySpan<nint> i, long n, Tensor v, Flag accumulate);
    [LibraryImport(Library, EntryPoint = "zt_index_select")] internal static partial Tensor index_select(Tensor a, long d, Tensor i);
    [LibraryImport(Library, EntryPoint = "zt_index_add")] internal static partial Tensor index_add(Tensor a, long d, Tensor i, Tensor s, Scalar alpha);
    [LibraryImport(Library, EntryPoint = "zt_index_add_")] internal static partial int index_add_(Tensor a, long d, Tensor i, Tensor s, Scalar alpha);
    [LibraryImport(Library, EntryPoint = "zt_index_copy_")] internal static partial int index_copy_(Tensor a, long d, Tensor i, Tensor s);
    [LibraryImport(Library, EntryPoint = "zt_gather")] internal static partial Tensor gather(Tensor a, long d, Tensor i);
    [LibraryImport(Library, EntryPoint = "zt_scatter")] internal static partial Tensor scatter(Tensor a, long d, Tensor i, Tensor s);
    [LibraryImport(Library, EntryPoint = "zt_scatter_")] internal static partial int scatter_(Tensor a, long d, Tensor i, Tensor s);
    [LibraryImport(Library, EntryPoint = "zt_scatter_add")] internal static partial Tensor scatter_add(Tensor a, long d, Tensor i, Tensor s);
    [LibraryImport(Library, EntryPoint = "zt_scatter_add_")] internal static partial int scatter_add_(Tensor a, long d, Tensor i, Tensor s);
}
