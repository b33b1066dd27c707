// The C ABI between the managed tensors and libtorch (1.13 and 2.x).
// Every entry point catches: a null handle or a non-zero status means that zt_error() holds the reason, shapes of the operands included.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIndexing.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <atomic>
#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))
#define TORCH_AT_LEAST(major, minor) (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#if TORCH_AT_LEAST(2, 4)
template <class X> using Optional = std::optional<X>;
#else
template <class X> using Optional = c10::optional<X>;
#endif

using at::Tensor;
using H = Tensor*;
using Operands = std::initializer_list<const Tensor*>;

struct ZtScalar { double real; int64_t integer; int32_t kind; };                       // kind: 0 real, 1 integer, 2 bool
struct ZtIndex { int64_t kind, start, stop, step; H tensor; };                         // kind: 0 none, 1 ellipsis, 2 integer, 3 bool, 4 slice, 5 tensor

namespace {

std::atomic<int64_t> live{0}, peak{0};
thread_local std::string error;
thread_local std::vector<H> results;

constexpr int64_t absent = INT64_MIN;

H make(Tensor t) {
  H h = new Tensor(std::move(t));
  int64_t now = ++live, top = peak.load(std::memory_order_relaxed);
  while (now > top && !peak.compare_exchange_weak(top, now)) {}
  return h;
}

void fail(const char* message, Operands operands) noexcept {
  try {
    error = message;
    error = error.substr(0, error.find('\n'));
    const char* lead = " (operands: ";
    for (const Tensor* t : operands) {
      if (t == nullptr || !t->defined()) continue;
      std::ostringstream text;
      text << lead << c10::toString(t->scalar_type()) << t->sizes();
      error += text.str();
      lead = ", ";
    }
    if (lead[0] == ',') error += ")";
  } catch (...) {
    error = "out of memory while reporting an error";
  }
}

template <class F> int status(F f, Operands operands) noexcept {
  try { f(); return 0; }
  catch (const c10::Error& e) { fail(e.what_without_backtrace(), operands); }
  catch (const std::exception& e) { fail(e.what(), operands); }
  catch (...) { fail("unknown native exception", operands); }
  return 1;
}

template <class F> H one(F f, Operands operands) noexcept {
  H h = nullptr;
  status([&] { h = make(f()); }, operands);
  return h;
}

// Several results are kept for this thread until zt_take hands each of them over; the count is returned, -1 on failure.
template <class F> int64_t many(F f, Operands operands) noexcept {
  int64_t count = -1;
  status([&] {
    std::vector<Tensor> made = f();
    results.clear();
    for (Tensor& t : made) results.push_back(t.defined() ? make(std::move(t)) : nullptr);
    count = static_cast<int64_t>(results.size());
  }, operands);
  return count;
}

std::vector<Tensor> list(H* items, int64_t n) {
  std::vector<Tensor> all;
  all.reserve(n);
  for (int64_t i = 0; i < n; i++) all.push_back(items[i] ? *items[i] : Tensor());
  return all;
}

at::Scalar scalar(ZtScalar s) {
  return s.kind == 0 ? at::Scalar(s.real) : s.kind == 1 ? at::Scalar(s.integer) : at::Scalar(s.integer != 0);
}
Optional<at::Scalar> maybe(ZtScalar s) { return s.kind < 0 ? Optional<at::Scalar>() : Optional<at::Scalar>(scalar(s)); }
Optional<int64_t> maybe(int64_t v) { return v == absent ? Optional<int64_t>() : Optional<int64_t>(v); }
Optional<at::ScalarType> dtype(int t) { return t < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(t)); }
Optional<Tensor> maybe(H t) { return t ? Optional<Tensor>(*t) : Optional<Tensor>(); }

at::Device device(int type, int index) { return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index)); }
at::TensorOptions options(int type, int dev, int index) {
  return at::TensorOptions().dtype(static_cast<at::ScalarType>(type)).device(device(dev, index));
}
at::IntArrayRef dims(const int64_t* p, int64_t n) { return at::IntArrayRef(p, static_cast<size_t>(n)); }

std::vector<at::indexing::TensorIndex> indices(const ZtIndex* items, int64_t n) {
  using namespace at::indexing;
  std::vector<TensorIndex> all;
  for (int64_t i = 0; i < n; i++) {
    const ZtIndex& x = items[i];
    switch (x.kind) {
      case 0: all.emplace_back(None); break;
      case 1: all.emplace_back(Ellipsis); break;
      case 2: all.emplace_back(x.start); break;
      case 3: all.emplace_back(x.start != 0); break;
      case 4: all.emplace_back(Slice(maybe(x.start), maybe(x.stop), maybe(x.step))); break;
      default: all.emplace_back(*x.tensor); break;
    }
  }
  return all;
}

}  // namespace

// Bookkeeping
API const char* zt_error() { return error.c_str(); }
API const char* zt_version() { return TORCH_VERSION; }
API int64_t zt_live() { return live.load(); }
API int64_t zt_peak() { return peak.load(); }
API void zt_free(H a) { status([&] { delete a; --live; }, {}); }
API H zt_take(int64_t i) { H h = results[i]; results[i] = nullptr; return h; }
API int zt_set_num_threads(int n) { return status([&] { at::set_num_threads(n); }, {}); }
API int zt_get_num_threads() { return at::get_num_threads(); }
API int zt_cuda_device_count() { int n = 0; status([&] { n = static_cast<int>(torch::cuda::device_count()); }, {}); return n; }
API int zt_cuda_synchronize(int64_t index) { return status([&] { torch::cuda::synchronize(index); }, {}); }
API int zt_manual_seed(int64_t seed) { return status([&] { at::manual_seed(static_cast<uint64_t>(seed)); }, {}); }
API bool zt_grad_mode() { return c10::GradMode::is_enabled(); }
API void zt_set_grad_mode(bool on) { c10::GradMode::set_enabled(on); }
API int zt_allow_tf32(bool on) { return status([&] { at::globalContext().setAllowTF32CuBLAS(on); at::globalContext().setAllowTF32CuDNN(on); }, {}); }

// What a tensor is
API int64_t zt_dim(H a) { return a->dim(); }
API int64_t zt_numel(H a) { return a->numel(); }
API int zt_sizes(H a, int64_t* out) { return status([&] { auto s = a->sizes(); std::copy(s.begin(), s.end(), out); }, {a}); }
API int zt_strides(H a, int64_t* out) { return status([&] { auto s = a->strides(); std::copy(s.begin(), s.end(), out); }, {a}); }
API int zt_size(H a, int64_t d, int64_t* out) { return status([&] { *out = a->size(d); }, {a}); }
API int zt_dtype(H a) { return static_cast<int>(a->scalar_type()); }
API int64_t zt_element_size(H a) { return static_cast<int64_t>(a->element_size()); }
API int zt_device_type(H a) { return static_cast<int>(a->device().type()); }
API int zt_device_index(H a) { return a->device().index(); }
API bool zt_is_contiguous(H a) { return a->is_contiguous(); }
API bool zt_requires_grad(H a) { return a->requires_grad(); }
API bool zt_is_leaf(H a) { return a->is_leaf(); }
API int zt_set_requires_grad(H a, bool on) { return status([&] { a->set_requires_grad(on); }, {a}); }
API void* zt_data_ptr(H a) { void* p = nullptr; status([&] { p = a->data_ptr(); }, {a}); return p; }
API int zt_item_double(H a, double* out) { return status([&] { *out = a->item().toDouble(); }, {a}); }
API int zt_item_long(H a, int64_t* out) { return status([&] { *out = a->item().toLong(); }, {a}); }
API int zt_equal(H a, H b, bool* out) { return status([&] { *out = at::equal(*a, *b); }, {a, b}); }
API int zt_allclose(H a, H b, double r, double t, bool nan, bool* out) { return status([&] { *out = at::allclose(*a, *b, r, t, nan); }, {a, b}); }

// Autograd
API bool zt_has_grad(H a) { return a->grad().defined(); }
API H zt_grad(H a) { return one([&] { return a->grad(); }, {a}); }
API int zt_set_grad(H a, H g) { return status([&] { a->mutable_grad() = g ? *g : Tensor(); }, {a, g}); }
API int zt_backward(H a, H gradient, bool retain, bool create) {
  return status([&] { a->backward(gradient ? *gradient : Tensor(), retain, create); }, {a, gradient});
}
API int64_t zt_autograd_grad(H* outputs, int64_t no, H* inputs, int64_t ni, H* gradients, int64_t ng, bool retain, bool create, bool unused) {
  return many([&] { return torch::autograd::grad(list(outputs, no), list(inputs, ni), list(gradients, ng), Optional<bool>(retain), create, unused); },
              {no > 0 ? outputs[0] : nullptr, ni > 0 ? inputs[0] : nullptr});
}

// New tensors
API H zt_empty(const int64_t* d, int64_t n, int t, int dev, int di) { return one([&] { return at::empty(dims(d, n), options(t, dev, di)); }, {}); }
API H zt_zeros(const int64_t* d, int64_t n, int t, int dev, int di) { return one([&] { return at::zeros(dims(d, n), options(t, dev, di)); }, {}); }
API H zt_ones(const int64_t* d, int64_t n, int t, int dev, int di) { return one([&] { return at::ones(dims(d, n), options(t, dev, di)); }, {}); }
API H zt_full(const int64_t* d, int64_t n, ZtScalar v, int t, int dev, int di) { return one([&] { return at::full(dims(d, n), scalar(v), options(t, dev, di)); }, {}); }
API H zt_rand(const int64_t* d, int64_t n, int t, int dev, int di) { return one([&] { return at::rand(dims(d, n), options(t, dev, di)); }, {}); }
API H zt_randn(const int64_t* d, int64_t n, int t, int dev, int di) { return one([&] { return at::randn(dims(d, n), options(t, dev, di)); }, {}); }
API H zt_randint(int64_t low, int64_t high, const int64_t* d, int64_t n, int t, int dev, int di) {
  return one([&] { return at::randint(low, high, dims(d, n), options(t, dev, di)); }, {});
}
API H zt_randperm(int64_t n, int t, int dev, int di) { return one([&] { return at::randperm(n, options(t, dev, di)); }, {}); }
API H zt_multinomial(H a, int64_t n, bool again) { return one([&] { return at::multinomial(*a, n, again); }, {a}); }
API H zt_arange(ZtScalar from, ZtScalar to, ZtScalar step, int t, int dev, int di) {
  return one([&] { return at::arange(scalar(from), scalar(to), scalar(step), options(t, dev, di)); }, {});
}
API H zt_eye(int64_t rows, int64_t columns, int t, int dev, int di) { return one([&] { return at::eye(rows, columns, options(t, dev, di)); }, {}); }
API H zt_from_data(const void* data, const int64_t* d, int64_t n, int t) {
  return one([&] { return at::from_blob(const_cast<void*>(data), dims(d, n), static_cast<at::ScalarType>(t)).clone(); }, {});
}
API H zt_empty_like(H a, int t) { return one([&] { return at::empty_like(*a, t < 0 ? a->options() : a->options().dtype(*dtype(t))); }, {a}); }
API H zt_zeros_like(H a, int t) { return one([&] { return at::zeros_like(*a, t < 0 ? a->options() : a->options().dtype(*dtype(t))); }, {a}); }
API H zt_ones_like(H a, int t) { return one([&] { return at::ones_like(*a, t < 0 ? a->options() : a->options().dtype(*dtype(t))); }, {a}); }
API H zt_full_like(H a, ZtScalar v, int t) { return one([&] { return at::full_like(*a, scalar(v), t < 0 ? a->options() : a->options().dtype(*dtype(t))); }, {a}); }
API H zt_randn_like(H a, int t) { return one([&] { return at::randn_like(*a, t < 0 ? a->options() : a->options().dtype(*dtype(t))); }, {a}); }
API H zt_to(H a, int t, int dev, int di, bool blocking, bool copy) {
  return one([&] { return a->to(device(dev, di), static_cast<at::ScalarType>(t), !blocking, copy); }, {a});
}

// Element by element
#define UNARY(name) API H zt_##name(H a) { return one([&] { return at::name(*a); }, {a}); }
#define UNARY_(name) API int zt_##name(H a) { return status([&] { at::name(*a); }, {a}); }
#define BINARY(name) API H zt_##name(H a, H b) { return one([&] { return at::name(*a, *b); }, {a, b}); }
#define METHOD_(name) API int zt_##name(H a, H b) { return status([&] { a->name(*b); }, {a, b}); }
#define WITH_SCALAR(name) API H zt_##name##_scalar(H a, ZtScalar s) { return one([&] { return at::name(*a, scalar(s)); }, {a}); }
#define WITH_SCALAR_(name) API int zt_##name##_scalar_(H a, ZtScalar s) { return status([&] { a->name##_(scalar(s)); }, {a}); }
UNARY(exp) UNARY(log) UNARY(abs) UNARY(neg) UNARY(sqrt) UNARY(rsqrt) UNARY(reciprocal) UNARY(square) UNARY(tanh) UNARY(sigmoid) UNARY(silu) UNARY(relu)
UNARY(cos) UNARY(sin) UNARY(log1p) UNARY(expm1) UNARY(erf) UNARY(floor) UNARY(ceil) UNARY(round) UNARY(sign) UNARY(isnan) UNARY(isinf) UNARY(isfinite)
UNARY(logical_not) UNARY(any) UNARY(all) UNARY(detach) UNARY(t) UNARY(clone) UNARY(alias) UNARY(nonzero)
UNARY_(zero_) UNARY_(exp_) UNARY_(abs_) UNARY_(neg_) UNARY_(sqrt_) UNARY_(rsqrt_) UNARY_(reciprocal_) UNARY_(square_) UNARY_(tanh_) UNARY_(sigmoid_)
UNARY_(silu_) UNARY_(relu_) UNARY_(detach_)
BINARY(mul) BINARY(div) BINARY(maximum) BINARY(minimum) BINARY(pow) BINARY(remainder)
BINARY(eq) BINARY(ne) BINARY(lt) BINARY(le) BINARY(gt) BINARY(ge)
BINARY(logical_and) BINARY(logical_or) BINARY(bitwise_and) BINARY(bitwise_or)
BINARY(matmul) BINARY(mm) BINARY(bmm) BINARY(mv) BINARY(dot) BINARY(outer) BINARY(masked_select) BINARY(isin)
METHOD_(mul_) METHOD_(div_)
WITH_SCALAR(mul) WITH_SCALAR(div) WITH_SCALAR(pow) WITH_SCALAR(eq) WITH_SCALAR(ne) WITH_SCALAR(lt) WITH_SCALAR(le) WITH_SCALAR(gt) WITH_SCALAR(ge)
WITH_SCALAR(remainder) WITH_SCALAR(clamp_min) WITH_SCALAR(clamp_max)
WITH_SCALAR_(mul) WITH_SCALAR_(div) WITH_SCALAR_(pow) WITH_SCALAR_(fill) WITH_SCALAR_(clamp_min) WITH_SCALAR_(clamp_max)
API H zt_contiguous(H a) { return one([&] { return a->contiguous(); }, {a}); }
API int zt_copy_(H a, H b, bool async) { return status([&] { a->copy_(*b, async); }, {a, b}); }
API int zt_fill_(H a, H b) { return status([&] { a->fill_(*b); }, {a, b}); }
API int zt_normal_(H a, double mean, double std) { return status([&] { a->normal_(mean, std); }, {a}); }
API int zt_uniform_(H a, double low, double high) { return status([&] { a->uniform_(low, high); }, {a}); }
API H zt_add(H a, H b, ZtScalar s) { return one([&] { return at::add(*a, *b, scalar(s)); }, {a, b}); }
API H zt_sub(H a, H b, ZtScalar s) { return one([&] { return at::sub(*a, *b, scalar(s)); }, {a, b}); }
API int zt_add_(H a, H b, ZtScalar s) { return status([&] { a->add_(*b, scalar(s)); }, {a, b}); }
API int zt_sub_(H a, H b, ZtScalar s) { return status([&] { a->sub_(*b, scalar(s)); }, {a, b}); }
API H zt_add_scalar(H a, ZtScalar b, ZtScalar s) { return one([&] { return at::add(*a, scalar(b), scalar(s)); }, {a}); }
API H zt_sub_scalar(H a, ZtScalar b, ZtScalar s) { return one([&] { return at::sub(*a, scalar(b), scalar(s)); }, {a}); }
API int zt_add_scalar_(H a, ZtScalar b, ZtScalar s) { return status([&] { a->add_(scalar(b), scalar(s)); }, {a}); }
API int zt_sub_scalar_(H a, ZtScalar b, ZtScalar s) { return status([&] { a->sub_(scalar(b), scalar(s)); }, {a}); }
API H zt_rsub_scalar(H a, ZtScalar b) { return one([&] { return at::rsub(*a, scalar(b)); }, {a}); }
API H zt_addcmul(H a, H b, H c, ZtScalar v) { return one([&] { return at::addcmul(*a, *b, *c, scalar(v)); }, {a, b, c}); }
API H zt_addcdiv(H a, H b, H c, ZtScalar v) { return one([&] { return at::addcdiv(*a, *b, *c, scalar(v)); }, {a, b, c}); }
API int zt_addcmul_(H a, H b, H c, ZtScalar v) { return status([&] { a->addcmul_(*b, *c, scalar(v)); }, {a, b, c}); }
API int zt_addcdiv_(H a, H b, H c, ZtScalar v) { return status([&] { a->addcdiv_(*b, *c, scalar(v)); }, {a, b, c}); }
API H zt_lerp(H a, H b, H w) { return one([&] { return at::lerp(*a, *b, *w); }, {a, b, w}); }
API H zt_lerp_scalar(H a, H b, ZtScalar w) { return one([&] { return at::lerp(*a, *b, scalar(w)); }, {a, b}); }
API int zt_lerp_(H a, H b, H w) { return status([&] { a->lerp_(*b, *w); }, {a, b, w}); }
API int zt_lerp_scalar_(H a, H b, ZtScalar w) { return status([&] { a->lerp_(*b, scalar(w)); }, {a, b}); }
API H zt_clamp(H a, ZtScalar low, ZtScalar high) { return one([&] { return at::clamp(*a, maybe(low), maybe(high)); }, {a}); }
API int zt_clamp_(H a, ZtScalar low, ZtScalar high) { return status([&] { a->clamp_(maybe(low), maybe(high)); }, {a}); }
API H zt_where(H c, H a, H b) { return one([&] { return at::where(*c, *a, *b); }, {c, a, b}); }
API H zt_masked_fill(H a, H mask, ZtScalar v) { return one([&] { return at::masked_fill(*a, *mask, scalar(v)); }, {a, mask}); }
API int zt_masked_fill_(H a, H mask, ZtScalar v) { return status([&] { a->masked_fill_(*mask, scalar(v)); }, {a, mask}); }
API H zt_triu(H a, int64_t d) { return one([&] { return at::triu(*a, d); }, {a}); }
API H zt_tril(H a, int64_t d) { return one([&] { return at::tril(*a, d); }, {a}); }
API H zt_dropout(H a, double p, bool train) { return one([&] { return at::dropout(*a, p, train); }, {a}); }

// Reductions
API H zt_sum(H a, int t) { return one([&] { return at::sum(*a, dtype(t)); }, {a}); }
API H zt_sum_dims(H a, const int64_t* d, int64_t n, bool keep, int t) { return one([&] { return at::sum(*a, dims(d, n), keep, dtype(t)); }, {a}); }
API H zt_mean(H a, int t) { return one([&] { return at::mean(*a, dtype(t)); }, {a}); }
API H zt_mean_dims(H a, const int64_t* d, int64_t n, bool keep, int t) { return one([&] { return at::mean(*a, dims(d, n), keep, dtype(t)); }, {a}); }
API H zt_var(H a, const int64_t* d, int64_t n, bool unbiased, bool keep) { return one([&] { return at::var(*a, dims(d, n), unbiased, keep); }, {a}); }
API H zt_std(H a, const int64_t* d, int64_t n, bool unbiased, bool keep) { return one([&] { return at::std(*a, dims(d, n), unbiased, keep); }, {a}); }
API H zt_amax(H a, const int64_t* d, int64_t n, bool keep) { return one([&] { return at::amax(*a, dims(d, n), keep); }, {a}); }
API H zt_amin(H a, const int64_t* d, int64_t n, bool keep) { return one([&] { return at::amin(*a, dims(d, n), keep); }, {a}); }
API H zt_max(H a) { return one([&] { return at::max(*a); }, {a}); }
API H zt_min(H a) { return one([&] { return at::min(*a); }, {a}); }
API int64_t zt_max_dim(H a, int64_t d, bool keep) { return many([&] { auto [v, i] = at::max(*a, d, keep); return std::vector<Tensor>{v, i}; }, {a}); }
API int64_t zt_min_dim(H a, int64_t d, bool keep) { return many([&] { auto [v, i] = at::min(*a, d, keep); return std::vector<Tensor>{v, i}; }, {a}); }
API int64_t zt_topk(H a, int64_t k, int64_t d, bool largest, bool sorted) {
  return many([&] { auto [v, i] = at::topk(*a, k, d, largest, sorted); return std::vector<Tensor>{v, i}; }, {a});
}
API int64_t zt_sort(H a, int64_t d, bool descending, bool stable) {
  return many([&] { auto [v, i] = at::sort(*a, Optional<bool>(stable), d, descending); return std::vector<Tensor>{v, i}; }, {a});
}
API H zt_argsort(H a, int64_t d, bool descending) { return one([&] { return at::argsort(*a, d, descending); }, {a}); }
API H zt_argmax(H a, int64_t d, bool keep) { return one([&] { return at::argmax(*a, maybe(d), keep); }, {a}); }
API H zt_argmin(H a, int64_t d, bool keep) { return one([&] { return at::argmin(*a, maybe(d), keep); }, {a}); }
API H zt_norm(H a, double p) { return one([&] { return at::norm(*a, p); }, {a}); }
API H zt_norm_dims(H a, const int64_t* d, int64_t n, bool keep, double p) {
  return one([&] { return at::norm(*a, Optional<at::Scalar>(at::Scalar(p)), dims(d, n), keep); }, {a});
}
API H zt_cumsum(H a, int64_t d, int t) { return one([&] { return at::cumsum(*a, d, dtype(t)); }, {a}); }
API H zt_any_dim(H a, int64_t d, bool keep) { return one([&] { return at::any(*a, d, keep); }, {a}); }
API H zt_all_dim(H a, int64_t d, bool keep) { return one([&] { return at::all(*a, d, keep); }, {a}); }
API H zt_softmax(H a, int64_t d, int t) { return one([&] { return at::softmax(*a, d, dtype(t)); }, {a}); }
API H zt_log_softmax(H a, int64_t d, int t) { return one([&] { return at::log_softmax(*a, d, dtype(t)); }, {a}); }
API H zt_logsumexp(H a, int64_t d, bool keep) { return one([&] { return at::logsumexp(*a, {d}, keep); }, {a}); }

// Products
API H zt_addmm(H a, H b, H c, double beta, double alpha) { return one([&] { return at::addmm(*a, *b, *c, beta, alpha); }, {a, b, c}); }
API int zt_addmm_(H a, H b, H c, double beta, double alpha) { return status([&] { a->addmm_(*b, *c, beta, alpha); }, {a, b, c}); }
API H zt_baddbmm(H a, H b, H c, double beta, double alpha) { return one([&] { return at::baddbmm(*a, *b, *c, beta, alpha); }, {a, b, c}); }
API int zt_baddbmm_(H a, H b, H c, double beta, double alpha) { return status([&] { a->baddbmm_(*b, *c, beta, alpha); }, {a, b, c}); }
API H zt_addbmm(H a, H b, H c, double beta, double alpha) { return one([&] { return at::addbmm(*a, *b, *c, beta, alpha); }, {a, b, c}); }
API int zt_addbmm_(H a, H b, H c, double beta, double alpha) { return status([&] { a->addbmm_(*b, *c, beta, alpha); }, {a, b, c}); }
API H zt_einsum(const char* equation, H* items, int64_t n) {
  return one([&] { return at::einsum(equation, list(items, n)); }, {n > 0 ? items[0] : nullptr, n > 1 ? items[1] : nullptr});
}
API H zt_linear(H x, H w, H b) { return one([&] { return at::linear(*x, *w, maybe(b)); }, {x, w, b}); }
API H zt_attention(H q, H k, H v, H mask, double p, bool causal) {
#if TORCH_AT_LEAST(2, 0)
  return one([&] { return at::scaled_dot_product_attention(*q, *k, *v, maybe(mask), p, causal); }, {q, k, v, mask});
#else
  return one([&] { return std::get<0>(at::_scaled_dot_product_attention(*q, *k, *v, maybe(mask), p, false, causal)); }, {q, k, v, mask});
#endif
}
API H zt_embedding(H ids, H weight, int64_t padding) { return one([&] { return at::embedding(*weight, *ids, padding); }, {ids, weight}); }
API H zt_cross_entropy(H x, H y, H w, int64_t reduction, int64_t ignore, double smoothing) {
  return one([&] { return at::cross_entropy_loss(*x, *y, maybe(w), reduction, ignore, smoothing); }, {x, y, w});
}
API H zt_nll_loss(H x, H y, H w, int64_t reduction, int64_t ignore) { return one([&] { return at::nll_loss(*x, *y, maybe(w), reduction, ignore); }, {x, y, w}); }

// Shapes
API H zt_view(H a, const int64_t* d, int64_t n) { return one([&] { return a->view(dims(d, n)); }, {a}); }
API H zt_reshape(H a, const int64_t* d, int64_t n) { return one([&] { return a->reshape(dims(d, n)); }, {a}); }
API H zt_expand(H a, const int64_t* d, int64_t n, bool implicit) { return one([&] { return a->expand(dims(d, n), implicit); }, {a}); }
API H zt_permute(H a, const int64_t* d, int64_t n) { return one([&] { return a->permute(dims(d, n)); }, {a}); }
API H zt_repeat(H a, const int64_t* d, int64_t n) { return one([&] { return a->repeat(dims(d, n)); }, {a}); }
API H zt_flip(H a, const int64_t* d, int64_t n) { return one([&] { return a->flip(dims(d, n)); }, {a}); }
API H zt_flatten(H a, int64_t from, int64_t to) { return one([&] { return a->flatten(from, to); }, {a}); }
API H zt_transpose(H a, int64_t x, int64_t y) { return one([&] { return a->transpose(x, y); }, {a}); }
API H zt_unsqueeze(H a, int64_t d) { return one([&] { return a->unsqueeze(d); }, {a}); }
API H zt_squeeze(H a, int64_t d) { return one([&] { return d == absent ? a->squeeze() : a->squeeze(d); }, {a}); }
API H zt_repeat_interleave(H a, int64_t n, int64_t d) { return one([&] { return a->repeat_interleave(n, maybe(d)); }, {a}); }
API H zt_repeat_interleave_tensor(H a, H n, int64_t d) { return one([&] { return a->repeat_interleave(*n, maybe(d)); }, {a, n}); }
API H zt_cat(H* items, int64_t n, int64_t d) { return one([&] { return at::cat(list(items, n), d); }, {n > 0 ? items[0] : nullptr, n > 1 ? items[1] : nullptr}); }
API H zt_stack(H* items, int64_t n, int64_t d) { return one([&] { return at::stack(list(items, n), d); }, {n > 0 ? items[0] : nullptr, n > 1 ? items[1] : nullptr}); }
API int64_t zt_split(H a, int64_t size, int64_t d) { return many([&] { return a->split(size, d); }, {a}); }
API int64_t zt_split_sizes(H a, const int64_t* s, int64_t n, int64_t d) { return many([&] { return a->split_with_sizes(dims(s, n), d); }, {a}); }
API int64_t zt_chunk(H a, int64_t n, int64_t d) { return many([&] { return a->chunk(n, d); }, {a}); }
API int64_t zt_unbind(H a, int64_t d) { return many([&] { return a->unbind(d); }, {a}); }
API H zt_narrow(H a, int64_t d, int64_t start, int64_t length) { return one([&] { return a->narrow(d, start, length); }, {a}); }
API H zt_slice(H a, int64_t d, int64_t start, int64_t stop, int64_t step) { return one([&] { return a->slice(d, start, stop, step); }, {a}); }
API H zt_select(H a, int64_t d, int64_t i) { return one([&] { return a->select(d, i); }, {a}); }

// Indexing
API H zt_index(H a, const ZtIndex* i, int64_t n) { return one([&] { return a->index(indices(i, n)); }, {a, n > 0 ? i[0].tensor : nullptr}); }
API int zt_index_put_(H a, const ZtIndex* i, int64_t n, H v) { return status([&] { a->index_put_(indices(i, n), *v); }, {a, v}); }
API int zt_index_put_scalar_(H a, const ZtIndex* i, int64_t n, ZtScalar v) { return status([&] { a->index_put_(indices(i, n), scalar(v)); }, {a}); }
API int zt_index_put_accumulate_(H a, H* i, int64_t n, H v, bool accumulate) {
  return status([&] {
    c10::List<Optional<Tensor>> all;
    for (int64_t k = 0; k < n; k++) all.push_back(maybe(i[k]));
    a->index_put_(all, *v, accumulate);
  }, {a, v});
}
API H zt_index_select(H a, int64_t d, H i) { return one([&] { return a->index_select(d, *i); }, {a, i}); }
API H zt_index_add(H a, int64_t d, H i, H s, ZtScalar alpha) { return one([&] { return a->index_add(d, *i, *s, scalar(alpha)); }, {a, i, s}); }
API int zt_index_add_(H a, int64_t d, H i, H s, ZtScalar alpha) { return status([&] { a->index_add_(d, *i, *s, scalar(alpha)); }, {a, i, s}); }
API int zt_index_copy_(H a, int64_t d, H i, H s) { return status([&] { a->index_copy_(d, *i, *s); }, {a, i, s}); }
API H zt_gather(H a, int64_t d, H i) { return one([&] { return a->gather(d, *i); }, {a, i}); }
API H zt_scatter(H a, int64_t d, H i, H s) { return one([&] { return a->scatter(d, *i, *s); }, {a, i, s}); }
API int zt_scatter_(H a, int64_t d, H i, H s) { return status([&] { a->scatter_(d, *i, *s); }, {a, i, s}); }
API H zt_scatter_add(H a, int64_t d, H i, H s) { return one([&] { return a->scatter_add(d, *i, *s); }, {a, i, s}); }
API int zt_scatter_add_(H a, int64_t d, H i, H s) { return status([&] { a->scatter_add_(d, *i, *s); }, {a, i, s}); }
