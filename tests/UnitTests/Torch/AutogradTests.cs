using System.Runtime.InteropServices;
using Shouldly;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class AutogradTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Gradients_gather_on_leaves()
    {
        var x = tensor(new[] { 1f, 2f, 3f }, requires_grad: true);
        x.grad.ShouldBeNull();
        x.square().sum().backward();
        x.grad!.ShouldHold(2, 4, 6);
        (x * 3).sum().backward();
        x.grad!.ShouldHold(5, 7, 9);
        x.grad = null;
        x.grad.ShouldBeNull();
    }

    [Fact]
    public void A_gradient_can_be_put_in_and_weighted()
    {
        var x = ones(2, requires_grad: true);
        (x * x).backward([tensor(new[] { 1f, 10f })]);
        x.grad!.ShouldHold(2, 20);
        x.grad = zeros(2);
        x.grad!.ShouldHold(0, 0);
    }

    [Fact]
    public void Gradients_of_named_inputs_leave_the_leaves_alone()
    {
        var x = tensor(new[] { 3f }, requires_grad: true);
        var y = tensor(new[] { 4f }, requires_grad: true);
        var gradients = autograd.grad([(x * y).sum()], [x, y], [tensor(2f)]);
        gradients[0].ShouldHold(8);
        gradients[1].ShouldHold(6);
        x.grad.ShouldBeNull();
    }

    [Fact]
    public void An_input_that_does_not_matter_is_null_if_allowed_and_an_error_if_not()
    {
        var x = ones(1, requires_grad: true);
        var y = ones(1, requires_grad: true);
        autograd.grad([x.sum()], [x, y], allow_unused: true)[1].ShouldBeNull();
        Should.Throw<ExternalException>(() => autograd.grad([x.sum()], [x, y]));
    }

    [Fact]
    public void Second_derivatives_come_through_a_kept_graph()
    {
        var x = tensor(new[] { 2.0 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        first.ShouldHold(12);
        autograd.grad([first.sum()], [x])[0].ShouldHold(12);
    }

    [Fact]
    public void Nothing_is_recorded_inside_no_grad()
    {
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            is_grad_enabled().ShouldBeFalse();
            (x * 2).requires_grad.ShouldBeFalse();
            using (enable_grad())
            {
                (x * 2).requires_grad.ShouldBeTrue();
            }

            is_grad_enabled().ShouldBeFalse();
        }

        is_grad_enabled().ShouldBeTrue();
        x.detach().requires_grad.ShouldBeFalse();
        x.is_leaf.ShouldBeTrue();
        (x * 2).is_leaf.ShouldBeFalse();
    }

    [Fact]
    public void The_gradient_of_a_small_network_is_that_of_finite_differences()
    {
        var weight = tensor(new[] { 0.3, -0.2, 0.5, 0.1 }, [2, 2], requires_grad: true);
        var input = tensor(new[] { 1.0, 2.0, -1.0, 0.5 }, [2, 2]);
        var target = tensor(new long[] { 0, 1 });
        Loss(weight).backward();
        var exact = weight.grad!.Values();
        using var off = no_grad();
        for (var i = 0; i < 4; i++)
        {
            var step = zeros(4, dtype: float64);
            step[i] = tensor(1e-6);
            var slope = (Loss(weight + step.view(2, 2)).ToDouble() - Loss(weight - step.view(2, 2)).ToDouble()) / 2e-6;
            exact[i].ShouldBe(slope, 1e-7);
        }

        Tensor Loss(Tensor w) => nn.functional.cross_entropy(nn.functional.silu(input.matmul(w)), target);
    }

    [Fact]
    public void Clipping_brings_the_common_norm_down_and_reports_what_it_was()
    {
        var a = zeros(1, requires_grad: true);
        var b = zeros(1, requires_grad: true);
        (a * 3 + b * 4).sum().backward();
        nn.utils.clip_grad_norm_([new Parameter(zeros(1))], 1).ShouldBe(0);
        nn.utils.clip_grad_norm_([a, b], 10).ShouldBe(5, 1e-6);
        a.grad!.ShouldHold(3);
        nn.utils.clip_grad_norm_([a, b], 1).ShouldBe(5, 1e-6);
        a.grad!.ShouldHold(0.6);
        b.grad!.ShouldHold(0.8);
    }
}
