using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class ReductionTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x;

    public ReductionTests() => x = tensor(new[] { 1f, 5f, 3f, 4f, 2f, 6f }, [2, 3]);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Sums_and_means_run_over_everything_or_over_dimensions()
    {
        x.sum().ToSingle().ShouldBe(21);
        x.sum(0L).ShouldHold([3], 5, 7, 9);
        x.sum(-1, keepdim: true).ShouldHold([2, 1], 9, 12);
        x.sum([0, 1]).ShouldHold([], 21);
        x.sum(ScalarType.Float64).dtype.ShouldBe(ScalarType.Float64);
        x.mean().ToDouble().ShouldBe(3.5);
        x.mean([-1], keepdim: true).ShouldHold([2, 1], 3, 4);
        x.cumsum(1).ShouldHold([2, 3], 1, 6, 9, 4, 6, 12);
        x.to(int32).sum().dtype.ShouldBe(ScalarType.Int64);
    }

    [Fact]
    public void A_zero_that_csharp_takes_for_a_type_is_refused()
    {
        Should.Throw<ArgumentException>(() => x.sum(0)).Message.ShouldContain("sum(0L)");
        Should.Throw<ArgumentException>(() => x.mean(0));
    }

    [Fact]
    public void The_spread_is_unbiased_unless_told_otherwise()
    {
        x.var(1).ShouldHold(4, 4);
        x.var(1, unbiased: false).ShouldHold(8.0 / 3, 8.0 / 3);
        x.std(1).ShouldHold(2, 2);
    }

    [Fact]
    public void Extremes_come_with_their_places()
    {
        x.max().ToSingle().ShouldBe(6);
        x.min().ToSingle().ShouldBe(1);
        var (values, indexes) = x.max(1);
        values.ShouldHold(5, 6);
        indexes.ShouldHold(1, 2);
        x.amax([0], keepdim: true).ShouldHold([1, 3], 4, 5, 6);
        x.argmax(-1).ShouldHold(1, 2);
        x.argmax().ToInt64().ShouldBe(5);
        var (top, places) = x.topk(2, 1);
        top.ShouldHold([2, 2], 5, 3, 6, 4);
        places.ShouldHold([2, 2], 1, 2, 2, 0);
        var (sorted, order) = x.sort(1, descending: true);
        sorted.ShouldHold(5, 3, 1, 6, 4, 2);
        order.ShouldHold(1, 2, 0, 2, 0, 1);
        x.argsort(1).ShouldHold(0, 2, 1, 1, 0, 2);
    }

    [Fact]
    public void Norms_are_euclidean_unless_told_otherwise()
    {
        var v = tensor(new[] { 3f, -4f, 6f, 8f }, [2, 2]);
        v.norm().ToDouble().ShouldBe(Math.Sqrt(125), 1e-5);
        v.norm(1, keepdim: true).ShouldHold([2, 1], 5, 10);
        v.norm(1, p: 1f).ShouldHold(7, 14);
        v.norm(1f).ToDouble().ShouldBe(21, 1e-5);
    }

    [Fact]
    public void Softmax_rows_sum_to_one_and_logsumexp_is_its_denominator()
    {
        var row = tensor(new[] { 0.0, Math.Log(2), Math.Log(5) }, [1, 3]);
        row.softmax(-1).ShouldHold(1 / 8.0, 2 / 8.0, 5 / 8.0);
        torch.softmax(row, 1).ShouldHold(1 / 8.0, 2 / 8.0, 5 / 8.0);
        row.log_softmax(-1).ShouldHold(Math.Log(1 / 8.0), Math.Log(2 / 8.0), Math.Log(5 / 8.0));
        row.logsumexp(1).ShouldHold([1], Math.Log(8));
        row.logsumexp(1, keepdim: true).shape.ShouldBe([1, 1]);
    }

    [Fact]
    public void Any_and_all_run_over_a_dimension_too()
    {
        x.gt(4).any(1).ShouldHold(1, 1);
        x.gt(1).all(1).ShouldHold(0, 1);
    }
}
