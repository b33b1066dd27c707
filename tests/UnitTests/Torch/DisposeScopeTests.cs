using Shouldly;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class DisposeScopeTests
{
    [Fact]
    public void What_a_scope_saw_made_goes_with_it()
    {
        Tensor inner;
        using (var scope = NewDisposeScope())
        {
            inner = zeros(2);
            scope.Contains(inner).ShouldBeTrue();
            scope.DisposablesCount.ShouldBe(1);
            inner.IsInvalid.ShouldBeFalse();
        }

        inner.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_tensor_moved_to_the_outer_scope_outlives_the_inner_one()
    {
        Tensor kept, again;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                kept = zeros(1).MoveToOuterDisposeScope();
                again = inner.MoveToOuter(ones(1));
            }

            kept.IsInvalid.ShouldBeFalse();
            again.IsInvalid.ShouldBeFalse();
            kept.OwningDisposeScope.ShouldBeSameAs(outer);
        }

        kept.IsInvalid.ShouldBeTrue();
        again.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_detached_tensor_belongs_to_nobody()
    {
        Tensor free;
        using (NewDisposeScope())
        {
            free = zeros(1).DetachFromDisposeScope();
        }

        free.OwningDisposeScope.ShouldBeNull();
        free.IsInvalid.ShouldBeFalse();
        using (var scope = NewDisposeScope())
        {
            scope.Attach(free);
        }

        free.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_tensor_disposed_of_early_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, 5).Select(i => full(1, i)).ToArray();
        all[1].Dispose();
        all[4].Dispose();
        scope.DisposablesCount.ShouldBe(3);
        scope.DisposeEverythingBut(all[2]);
        scope.DisposablesCount.ShouldBe(1);
        all[0].IsInvalid.ShouldBeTrue();
        all[2].ToInt64().ShouldBe(2);
    }

    [Fact]
    public void Without_a_scope_a_tensor_is_its_makers()
    {
        using var x = zeros(1);
        x.OwningDisposeScope.ShouldBeNull();
    }

    [Fact]
    public void An_outer_scope_that_closes_first_leaves_the_inner_one_in_use()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var x = zeros(1);
        x.OwningDisposeScope.ShouldBeSameAs(inner);
        inner.Dispose();
        x.IsInvalid.ShouldBeTrue();
        using var after = zeros(1);
        after.OwningDisposeScope.ShouldBeNull();
    }

    [Fact]
    public async Task Threads_have_scopes_of_their_own()
    {
        using var mine = NewDisposeScope();
        var here = zeros(1);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(seed => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < 50; round++)
                {
                    using var theirs = NewDisposeScope();
                    var x = full([3], seed, float32, requires_grad: true);
                    x.square().sum().backward();
                    x.grad!.ShouldHold(2 * seed, 2 * seed, 2 * seed);
                    theirs.Contains(here).ShouldBeFalse();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        mine.Contains(here).ShouldBeTrue();
        here.ShouldHold(0);
    }

    [Fact]
    public void A_scope_that_another_thread_closed_takes_nothing_in_any_more()
    {
        var scope = NewDisposeScope();
        var elsewhere = new Thread(scope.Dispose);
        elsewhere.Start();
        elsewhere.Join();
        using var x = zeros(1);
        x.OwningDisposeScope.ShouldBeNull();
    }

    [Fact]
    public void A_parameter_takes_its_tensors_place()
    {
        using var scope = NewDisposeScope();
        var plain = ones(2);
        var parameter = new Parameter(plain);
        plain.IsInvalid.ShouldBeTrue();
        parameter.requires_grad.ShouldBeTrue();
        scope.DisposablesCount.ShouldBe(1);
    }
}
