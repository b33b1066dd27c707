using static TorchSharp.Failure;

namespace TorchSharp;

public static partial class torch
{
    // Element by element: operands broadcast; names that end in _ write into this tensor and return it.
    public partial class Tensor
    {
        public Tensor exp() => Native.exp(this);

        public Tensor log() => Native.log(this);

        public Tensor abs() => Native.abs(this);

        public Tensor sqrt() => Native.sqrt(this);

        public Tensor rsqrt() => Native.rsqrt(this);

        public Tensor reciprocal() => Native.reciprocal(this);

        public Tensor square() => Native.square(this);

        public Tensor tanh() => Native.tanh(this);

        public Tensor sigmoid() => Native.sigmoid(this);

        public Tensor silu() => Native.silu(this);

        public Tensor relu() => Native.relu(this);

        public Tensor cos() => Native.cos(this);

        public Tensor sin() => Native.sin(this);

        public Tensor log1p() => Native.log1p(this);

        public Tensor expm1() => Native.expm1(this);

        public Tensor erf() => Native.erf(this);

        public Tensor floor() => Native.floor(this);

        public Tensor ceil() => Native.ceil(this);

        public Tensor round() => Native.round(this);

        public Tensor sign() => Native.sign(this);

        public Tensor isnan() => Native.isnan(this);

        public Tensor isinf() => Native.isinf(this);

        public Tensor isfinite() => Native.isfinite(this);

        public Tensor logical_not() => Native.logical_not(this);

        public Tensor neg() => Native.neg(this);

        public Tensor negative() => Native.neg(this);

        public Tensor zero_() => Done(Native.zero_(this));

        public Tensor exp_() => Done(Native.exp_(this));

        public Tensor abs_() => Done(Native.abs_(this));

        public Tensor neg_() => Done(Native.neg_(this));

        public Tensor sqrt_() => Done(Native.sqrt_(this));

        public Tensor rsqrt_() => Done(Native.rsqrt_(this));

        public Tensor reciprocal_() => Done(Native.reciprocal_(this));

        public Tensor square_() => Done(Native.square_(this));

        public Tensor tanh_() => Done(Native.tanh_(this));

        public Tensor sigmoid_() => Done(Native.sigmoid_(this));

        public Tensor silu_() => Done(Native.silu_(this));

        public Tensor relu_() => Done(Native.relu_(this));

        public Tensor detach_() => Done(Native.detach_(this));

        public Tensor maximum(Tensor other) => Native.maximum(this, other);

        public Tensor minimum(Tensor other) => Native.minimum(this, other);

        public Tensor logical_and(Tensor other) => Native.logical_and(this, other);

        public Tensor logical_or(Tensor other) => Native.logical_or(this, other);

        public Tensor bitwise_and(Tensor other) => Native.bitwise_and(this, other);

        public Tensor bitwise_or(Tensor other) => Native.bitwise_or(this, other);

        public Tensor eq(Tensor right) => Native.eq(this, right);

        public Tensor eq(Scalar right) => Native.eq_scalar(this, right);

        public Tensor ne(Tensor right) => Native.ne(this, right);

        public Tensor ne(Scalar right) => Native.ne_scalar(this, right);

        public Tensor lt(Tensor right) => Native.lt(this, right);

        public Tensor lt(Scalar right) => Native.lt_scalar(this, right);

        public Tensor le(Tensor right) => Native.le(this, right);

        public Tensor le(Scalar right) => Native.le_scalar(this, right);

        public Tensor gt(Tensor right) => Native.gt(this, right);

        public Tensor gt(Scalar right) => Native.gt_scalar(this, right);

        public Tensor ge(Tensor right) => Native.ge(this, right);

        public Tensor ge(Scalar right) => Native.ge_scalar(this, right);

        public Tensor mul(Tensor target) => Native.mul(this, target);

        public Tensor mul(Scalar target) => Native.mul_scalar(this, target);

        public Tensor mul_(Tensor target) => Done(Native.mul_(this, target));

        public Tensor mul_(Scalar target) => Done(Native.mul_scalar_(this, target));

        public Tensor div(Tensor target) => Native.div(this, target);

        public Tensor div(Scalar target) => Native.div_scalar(this, target);

        public Tensor div_(Tensor target) => Done(Native.div_(this, target));

        public Tensor div_(Scalar target) => Done(Native.div_scalar_(this, target));

        public Tensor add(Tensor target) => Native.add(this, target, Scalar.One);

        public Tensor add(Tensor target, Scalar alpha) => Native.add(this, target, alpha);

        public Tensor add(Scalar scalar) => Native.add_scalar(this, scalar, Scalar.One);

        public Tensor add(Scalar scalar, Scalar alpha) => Native.add_scalar(this, scalar, alpha);

        public Tensor add_(Tensor target) => Done(Native.add_(this, target, Scalar.One));

        public Tensor add_(Tensor target, Scalar alpha) => Done(Native.add_(this, target, alpha));

        public Tensor add_(Scalar scalar) => Done(Native.add_scalar_(this, scalar, Scalar.One));

        public Tensor add_(Scalar scalar, Scalar alpha) => Done(Native.add_scalar_(this, scalar, alpha));

        public Tensor sub(Tensor target) => Native.sub(this, target, Scalar.One);

        public Tensor sub(Tensor target, Scalar alpha) => Native.sub(this, target, alpha);

        public Tensor sub(Scalar scalar) => Native.sub_scalar(this, scalar, Scalar.One);

        public Tensor sub(Scalar scalar, Scalar alpha) => Native.sub_scalar(this, scalar, alpha);

        public Tensor sub_(Tensor target) => Done(Native.sub_(this, target, Scalar.One));

        public Tensor sub_(Tensor target, Scalar alpha) => Done(Native.sub_(this, target, alpha));

        public Tensor sub_(Scalar scalar) => Done(Native.sub_scalar_(this, scalar, Scalar.One));

        public Tensor sub_(Scalar scalar, Scalar alpha) => Done(Native.sub_scalar_(this, scalar, alpha));

        public Tensor pow(Tensor exponent) => Native.pow(this, exponent);

        public Tensor pow(Scalar exponent) => Native.pow_scalar(this, exponent);

        public Tensor pow_(Scalar exponent) => Done(Native.pow_scalar_(this, exponent));

        public Tensor remainder(Tensor other) => Native.remainder(this, other);

        public Tensor remainder(Scalar other) => Native.remainder_scalar(this, other);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Native.addcmul(this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.addcmul_(this, tensor1, tensor2, value));

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Native.addcdiv(this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Native.addcdiv(this, tensor1, tensor2, Scalar.One);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.addcdiv_(this, tensor1, tensor2, value));

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Done(Native.addcdiv_(this, tensor1, tensor2, Scalar.One));

        public Tensor lerp(Tensor end, Tensor weight) => Native.lerp(this, end, weight);

        public Tensor lerp(Tensor end, Scalar weight) => Native.lerp_scalar(this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight) => Done(Native.lerp_(this, end, weight));

        public Tensor lerp_(Tensor end, Scalar weight) => Done(Native.lerp_scalar_(this, end, weight));

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Native.clamp(this, min ?? Scalar.Absent, max ?? Scalar.Absent);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Done(Native.clamp_(this, min ?? Scalar.Absent, max ?? Scalar.Absent));

        public Tensor clamp_min(Scalar min) => Native.clamp_min_scalar(this, min);

        public Tensor clamp_max(Scalar max) => Native.clamp_max_scalar(this, max);

        public Tensor clamp_min_(Scalar min) => Done(Native.clamp_min_scalar_(this, min));

        public Tensor clamp_max_(Scalar max) => Done(Native.clamp_max_scalar_(this, max));

        /// <summary>This tensor where the condition holds, y elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y) => Native.where(condition, this, y);

        public Tensor masked_fill(Tensor mask, Scalar value) => Native.masked_fill(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Done(Native.masked_fill_(this, mask, value));

        public Tensor copy_(Tensor source, bool non_blocking = false) => Done(Native.copy_(this, source, non_blocking));

        public Tensor fill_(Scalar value) => Done(Native.fill_scalar_(this, value));

        public Tensor fill_(Tensor value) => Done(Native.fill_(this, value));

        public Tensor normal_(double mean = 0.0, double stddev = 1.0) => Done(Native.normal_(this, mean, stddev));

        public Tensor uniform_(double from, double to) => Done(Native.uniform_(this, from, to));

        public Tensor clone() => Native.clone(this);

        public Tensor detach() => Native.detach(this);

        public Tensor contiguous() => Native.contiguous(this);

        public unsafe bool equal(Tensor other)
        {
            bool same;
            Check(Native.equal(this, other, &same));
            return same;
        }

        public unsafe bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            bool close;
            Check(Native.allclose(this, target, rtol, atol, equal_nan, &close));
            return close;
        }

        public static Tensor operator -(Tensor tensor) => tensor.neg();

        public static Tensor operator -(Scalar left, Tensor right) => Native.rsub_scalar(right, left);

        public static Tensor operator /(Scalar left, Tensor right) => right.reciprocal().mul(left);

        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

        public static Tensor operator &(Tensor left, Tensor right) => left.bitwise_and(right);

        public static Tensor operator |(Tensor left, Tensor right) => left.bitwise_or(right);

        private Tensor Done(int status)
        {
            Check(status);
            return this;
        }
    }
}
