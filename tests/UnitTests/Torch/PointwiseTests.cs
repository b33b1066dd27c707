using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class PointwiseTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Operators_work_with_tensors_and_numbers_on_either_side()
    {
        var a = tensor(new[] { 1f, 2f, 4f });
        var b = tensor(new[] { 8f, 4f, 2f });
        (a + b).ShouldHold(9, 6, 6);
        (a - b).ShouldHold(-7, -2, 2);
        (a * b).ShouldHold(8, 8, 8);
        (b / a).ShouldHold(8, 2, 0.5);
        (-a).ShouldHold(-1, -2, -4);
        (a + 1).ShouldHold(2, 3, 5);
        (1 + a).ShouldHold(2, 3, 5);
        (a - 0.5).ShouldHold(0.5, 1.5, 3.5);
        (1 - a).ShouldHold(0, -1, -3);
        (a * 2f).ShouldHold(2, 4, 8);
        (2.0 * a).ShouldHold(2, 4, 8);
        (a / 2L).ShouldHold(0.5, 1, 2);
        (4 / a).ShouldHold(4, 2, 1);
    }

    [Fact]
    public void Operands_broadcast_over_missing_dimensions()
    {
        var rows = tensor(new[] { 1f, 2f }, [2, 1]);
        var columns = tensor(new[] { 10f, 20f, 30f });
        (rows + columns).ShouldHold([2, 3], 11, 21, 31, 12, 22, 32);
    }

    [Fact]
    public void Functions_of_one_number_give_its_value()
    {
        var x = tensor(new[] { -1.5, 0.25, 2.0 });
        var positive = tensor(new[] { 0.25, 1.0, 4.0 });
        Check(x.exp(), x, Math.Exp);
        Check(x.abs(), x, Math.Abs);
        Check(x.neg(), x, v => -v);
        Check(x.square(), x, v => v * v);
        Check(x.tanh(), x, Math.Tanh);
        Check(x.sin(), x, Math.Sin);
        Check(x.cos(), x, Math.Cos);
        Check(x.relu(), x, v => Math.Max(0, v));
        Check(x.sigmoid(), x, Sigmoid);
        Check(x.silu(), x, v => v * Sigmoid(v));
        Check(nn.functional.silu(x), x, v => v * Sigmoid(v));
        Check(x.floor(), x, Math.Floor);
        Check(x.ceil(), x, Math.Ceiling);
        Check(x.sign(), x, v => Math.Sign(v));
        Check(positive.log(), positive, Math.Log);
        Check(positive.log1p(), positive, v => Math.Log(1 + v));
        Check(positive.sqrt(), positive, Math.Sqrt);
        Check(positive.rsqrt(), positive, v => 1 / Math.Sqrt(v));
        Check(positive.reciprocal(), positive, v => 1 / v);
        Check(positive.pow(1.5), positive, v => Math.Pow(v, 1.5));
        Check(torch.exp(x), x, Math.Exp);
        Check(torch.pow(positive, 2), positive, v => v * v);

        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

        static void Check(Tensor actual, Tensor input, Func<double, double> f) => actual.ShouldHold(Array.ConvertAll(input.Values(), v => f(v)));
    }

    [Fact]
    public void In_place_operations_change_the_tensor_and_return_it()
    {
        var x = tensor(new[] { 1f, 2f });
        x.add_(1).ShouldBeSameAs(x);
        x.ShouldHold(2, 3);
        x.add_(tensor(new[] { 1f, 1f }), 0.5).ShouldHold(2.5, 3.5);
        x.sub_(0.5).ShouldHold(2, 3);
        x.sub_(tensor(new[] { 1f, 1f }), 2).ShouldHold(0, 1);
        x.fill_(4).ShouldHold(4, 4);
        x.mul_(2).mul_(tensor(new[] { 1f, 2f })).ShouldHold(8, 16);
        x.div_(4).div_(tensor(new[] { 2f, 1f })).ShouldHold(1, 4);
        x.sqrt_().ShouldHold(1, 2);
        x.square_().neg_().ShouldHold(-1, -4);
        x.abs_().reciprocal_().ShouldHold(1, 0.25);
        x.clamp_(0.5, null).ShouldHold(1, 0.5);
        x.copy_(tensor(new[] { 7.0, 8.0 })).ShouldHold(7, 8);
        x.zero_().exp_().ShouldHold(1, 1);
    }

    [Fact]
    public void The_steps_of_AdamW_are_there_fused()
    {
        var parameter = tensor(new[] { 1f, 2f });
        var first = tensor(new[] { 2f, 4f });
        var second = tensor(new[] { 4f, 8f });
        parameter.addcmul(first, second, 0.5).ShouldHold(5, 18);
        parameter.addcdiv(first, second, -1).ShouldHold(0.5, 1.5);
        parameter.addcmul_(first, second, 0.25).ShouldHold(3, 10);
        parameter.addcdiv_(first, second, 2).ShouldHold(4, 11);
        parameter.lerp_(first, 0.5).ShouldHold(3, 7.5);
        parameter.lerp(second, tensor(new[] { 0f, 1f })).ShouldHold(3, 8);
    }

    [Fact]
    public void Comparisons_give_truth_values()
    {
        var a = tensor(new[] { 1, 2, 3 });
        var b = tensor(new[] { 2, 2, 2 });
        a.eq(b).dtype.ShouldBe(ScalarType.Bool);
        a.eq(b).ShouldHold(0, 1, 0);
        a.ne(2).ShouldHold(1, 0, 1);
        a.lt(b).ShouldHold(1, 0, 0);
        a.le(2).ShouldHold(1, 1, 0);
        a.gt(b).ShouldHold(0, 0, 1);
        a.ge(2).ShouldHold(0, 1, 1);
        a.eq(1).logical_or(a.eq(3)).ShouldHold(1, 0, 1);
        (a.gt(1) & a.lt(3)).ShouldHold(0, 1, 0);
        a.gt(1).logical_not().ShouldHold(1, 0, 0);
    }

    [Fact]
    public void Limits_and_masks_choose_between_values()
    {
        var x = tensor(new[] { -2f, 0.5f, 3f });
        x.clamp(-1, 1).ShouldHold(-1, 0.5, 1);
        x.clamp(max: 1).ShouldHold(-2, 0.5, 1);
        x.clamp_min(0).ShouldHold(0, 0.5, 3);
        torch.maximum(x, zeros(3)).ShouldHold(0, 0.5, 3);
        torch.minimum(x, zeros(3)).ShouldHold(-2, 0, 0);
        torch.where(x.gt(0), x, -x).ShouldHold(2, 0.5, 3);
        x.masked_fill(x.lt(0), 9).ShouldHold(9, 0.5, 3);
        x.masked_fill_(x.gt(1), -7).ShouldHold(-2, 0.5, -7);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_found()
    {
        var x = tensor(new[] { 1f, float.NaN, float.PositiveInfinity });
        x.isnan().ShouldHold(0, 1, 0);
        x.isnan().any().item<bool>().ShouldBeTrue();
        x.isfinite().all().item<bool>().ShouldBeFalse();
        x[0].isfinite().all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Equality_is_exact_and_closeness_is_not()
    {
        var a = tensor(new[] { 1f, 2f });
        var b = tensor(new[] { 1f, 2.000001f });
        a.equal(a.clone()).ShouldBeTrue();
        a.equal(b).ShouldBeFalse();
        a.allclose(b).ShouldBeTrue();
        a.allclose(b, rtol: 0, atol: 1e-9).ShouldBeFalse();
    }
}
