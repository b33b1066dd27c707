using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class ShapeTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x;

    public ShapeTests() => x = arange(6, float32).view(2, 3);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_tensor_tells_its_shape()
    {
        x.shape.ShouldBe([2, 3]);
        x.size(0).ShouldBe(2);
        x.size(-1).ShouldBe(3);
        x.stride().ShouldBe([3, 1]);
        x.ndim.ShouldBe(2);
        x.numel().ShouldBe(6);
        x.NumberOfElements.ShouldBe(6);
        x.ElementSize.ShouldBe(4);
        x.device.ShouldBe(CPU);
        tensor(1f).shape.ShouldBeEmpty();
    }

    [Fact]
    public void Views_share_the_memory_of_their_tensor()
    {
        x.view(-1)[4].fill_(40);
        x.t()[0].fill_(9);
        x.ShouldHold([2, 3], 9, 1, 2, 9, 40, 5);
    }

    [Fact]
    public void Dimensions_move_and_come_and_go()
    {
        x.t().ShouldHold([3, 2], 0, 3, 1, 4, 2, 5);
        x.transpose(0, 1).is_contiguous().ShouldBeFalse();
        x.transpose(-1, -2).contiguous().is_contiguous().ShouldBeTrue();
        x.view(1, 2, 3).permute(2, 0, 1).shape.ShouldBe([3, 1, 2]);
        x.t().reshape(2, 3).ShouldHold([2, 3], 0, 3, 1, 4, 2, 5);
        x.flatten().shape.ShouldBe([6]);
        x.view(1, 2, 3).flatten(0, 1).shape.ShouldBe([2, 3]);
        x.unsqueeze(1).shape.ShouldBe([2, 1, 3]);
        x.unsqueeze(1).squeeze(1).shape.ShouldBe([2, 3]);
        x.view(1, 6, 1).squeeze().shape.ShouldBe([6]);
    }

    [Fact]
    public void Rows_repeat_with_and_without_copies()
    {
        var row = tensor(new[] { 1f, 2f });
        row.expand(3, 2).ShouldHold([3, 2], 1, 2, 1, 2, 1, 2);
        row.expand(3, -1).stride().ShouldBe([0, 1]);
        row.repeat(2, 1).ShouldHold([2, 2], 1, 2, 1, 2);
        row.repeat_interleave(2).ShouldHold(1, 1, 2, 2);
        row.repeat_interleave(tensor(new long[] { 1, 3 }), dim: 0).ShouldHold(1, 2, 2, 2);
        x.repeat_interleave(2, dim: 0).ShouldHold([4, 3], 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
    }

    [Fact]
    public void Tensors_join_and_part()
    {
        torch.cat([x, x], 1).shape.ShouldBe([2, 6]);
        torch.cat([x, x + 6]).ShouldHold([4, 3], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        torch.stack([x, x], 1).shape.ShouldBe([2, 2, 3]);
        x.split(2, 1).Select(p => p.size(1)).ShouldBe([2, 1]);
        x.split([1, 2], 1)[1].ShouldHold([2, 2], 1, 2, 4, 5);
        x.chunk(3, 1)[2].ShouldHold([2, 1], 2, 5);
        x.unbind()[1].ShouldHold(3, 4, 5);
    }

    [Fact]
    public void Parts_are_cut_out()
    {
        x.narrow(1, 1, 2).ShouldHold([2, 2], 1, 2, 4, 5);
        x.slice(1, 0, 3, 2).ShouldHold([2, 2], 0, 2, 3, 5);
        x.select(1, 2).ShouldHold([2], 2, 5);
        x.triu(1).ShouldHold([2, 3], 0, 1, 2, 0, 0, 5);
        x.tril().ShouldHold([2, 3], 0, 0, 0, 3, 4, 0);
    }

    [Fact]
    public void Indexers_read_as_in_PyTorch()
    {
        x[1].ShouldHold([3], 3, 4, 5);
        x[-1, 0].ToSingle().ShouldBe(3);
        x[TensorIndex.Colon, 1].ShouldHold([2], 1, 4);
        x[TensorIndex.Ellipsis, TensorIndex.Slice(1, null)].ShouldHold([2, 2], 1, 2, 4, 5);
        x[0, 1..].ShouldHold([2], 1, 2);
        x[..1, ^2..].ShouldHold([1, 2], 1, 2);
        x[TensorIndex.None, 0].shape.ShouldBe([1, 3]);
        x[tensor(new long[] { 1, 1 })].ShouldHold([2, 3], 3, 4, 5, 3, 4, 5);
        x[x.gt(3)].ShouldHold([2], 4, 5);
        x[TensorIndex.Slice(step: 2), tensor(new long[] { 2 })].ShouldHold([1, 1], 2);
    }

    [Fact]
    public void Indexers_write_as_in_PyTorch()
    {
        x[0] = tensor(new[] { 7f, 8f, 9f });
        x[1, 2] = tensor(-1f);
        x[TensorIndex.Colon, 0] = zeros(2);
        x.ShouldHold(0, 8, 9, 0, 4, -1);
        x.index_put_(5, x.lt(0));
        x.ShouldHold(0, 8, 9, 0, 4, 5);
        x.index_put_(tensor(new[] { 1f, 2f }), TensorIndex.Single(0), TensorIndex.Tensor(tensor(new long[] { 2, 1 })));
        x[0].ShouldHold(0, 2, 1);
    }

    [Fact]
    public void Rows_are_gathered_and_scattered()
    {
        var places = tensor(new long[] { 2, 0 });
        x.index_select(1, places).ShouldHold([2, 2], 2, 0, 5, 3);
        x.gather(1, tensor(new long[] { 1, 2 }, [2, 1])).ShouldHold([2, 1], 1, 5);
        zeros(3, 2).index_add_(0, tensor(new long[] { 1, 1 }), ones(2, 2), 2).ShouldHold(0, 0, 4, 4, 0, 0);
        zeros(2, 2).scatter(1, tensor(new long[] { 1, 0 }, [2, 1]), tensor(new[] { 5f, 6f }, [2, 1])).ShouldHold(0, 5, 6, 0);
        zeros(3).scatter_add_(0, tensor(new long[] { 0, 2, 2 }), tensor(new[] { 1f, 2f, 3f })).ShouldHold(1, 0, 5);
        zeros(3).index_copy_(0, places, tensor(new[] { 4f, 5f })).ShouldHold(5, 0, 4);
        x.masked_select(x.lt(2)).ShouldHold(0, 1);
        x.gt(3).nonzero().ShouldHold([2, 2], 1, 1, 1, 2);
    }
}
