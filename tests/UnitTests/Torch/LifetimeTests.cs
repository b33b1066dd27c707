using System.Runtime.CompilerServices;
using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

// The count of living tensors is the process's, so nothing else may run beside these.
[CollectionDefinition("Living tensors", DisableParallelization = true)]
public sealed class LivingTensors;

[Collection("Living tensors")]
public sealed class LifetimeTests
{
    [Fact]
    public void A_training_loop_leaves_no_tensor_behind()
    {
        using var weight = randn(4, 4, requires_grad: true);
        using var input = randn(8, 4);
        Step();
        weight.grad = null;
        var before = Living();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }

        // The gradient itself hangs on the weight and is no handle.
        Living().ShouldBe(before);

        void Step()
        {
            using var scope = NewDisposeScope();
            var hidden = nn.functional.silu(input.matmul(weight));
            var (best, _) = hidden.max(1);
            (best.sum() + hidden.split(2, 1)[1].mean()).backward();
            using var off = no_grad();
            weight.sub_(weight.grad!, 0.1);
        }
    }

    [Fact]
    public void A_failed_operation_leaves_no_tensor_behind()
    {
        using var a = ones(2, 3);
        var before = Living();
        for (var i = 0; i < 10; i++)
        {
            Should.Throw<Exception>(() => a.mm(a));
            Should.Throw<Exception>(() => torch.cat([a, a.t()], 0));
        }

        Living().ShouldBe(before);
    }

    [Fact]
    public void The_finalizer_frees_what_was_forgotten()
    {
        var before = Living();
        Forget();
        Tensor.TotalCount.ShouldBeGreaterThanOrEqualTo(before + 10);
        Living().ShouldBe(before);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 10; i++)
            {
                zeros(1);
            }
        }
    }

    [Fact]
    public void Disposing_twice_frees_once()
    {
        var before = Living();
        var x = zeros(1);
        Tensor.TotalCount.ShouldBe(before + 1);
        x.Dispose();
        x.Dispose();
        Tensor.TotalCount.ShouldBe(before);
        Tensor.PeakCount.ShouldBeGreaterThanOrEqualTo(before + 1);
    }

    [Fact]
    public void A_view_keeps_the_memory_after_its_tensor_is_gone()
    {
        var x = arange(4);
        using var tail = x.narrow(0, 2, 2);
        x.Dispose();
        tail.ShouldHold(2, 3);
    }

    private static long Living()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Tensor.TotalCount;
    }
}
