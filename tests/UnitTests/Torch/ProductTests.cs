using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class ProductTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor a;
    private readonly Tensor b;

    public ProductTests()
    {
        a = tensor(new[] { 1f, 2f, 3f, 4f, 5f, 6f }, [2, 3]);
        b = tensor(new[] { 1f, 0f, 0f, 1f, 1f, 1f }, [3, 2]);
    }

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Matrix_products_agree_however_they_are_called()
    {
        double[] expected = [4, 5, 10, 11];
        a.mm(b).ShouldHold([2, 2], expected);
        a.matmul(b).ShouldHold([2, 2], expected);
        torch.matmul(a, b).ShouldHold([2, 2], expected);
        torch.einsum("ij,jk->ik", a, b).ShouldHold([2, 2], expected);
        nn.functional.linear(a, b.t()).ShouldHold([2, 2], expected);
        a.unsqueeze(0).bmm(b.unsqueeze(0)).ShouldHold([1, 2, 2], expected);
        a.mv(tensor(new[] { 1f, 1f, 1f })).ShouldHold(6, 15);
        a[0].dot(a[1]).ToSingle().ShouldBe(32);
        a[0].outer(tensor(new[] { 1f, 2f })).ShouldHold([3, 2], 1, 2, 2, 4, 3, 6);
    }

    [Fact]
    public void Products_are_added_with_their_factors()
    {
        var c = ones(2, 2);
        c.addmm(a, b, 10, 2).ShouldHold(18, 20, 30, 32);
        torch.addmm(c, a, b).ShouldHold(5, 6, 11, 12);
        c.unsqueeze(0).baddbmm(a.unsqueeze(0), b.unsqueeze(0), 0, 1).ShouldHold([1, 2, 2], 4, 5, 10, 11);
        c.addbmm(torch.stack([a, a]), torch.stack([b, b]), 1, 0.5f).ShouldHold([2, 2], 5, 6, 11, 12);
        c.addmm_(a, b, beta: 1, alpha: -1).ShouldHold(-3, -4, -9, -10);
        var batch = zeros(1, 2, 2);
        batch.baddbmm_(a.unsqueeze(0), b.unsqueeze(0)).ShouldBeSameAs(batch);
        batch.ShouldHold(4, 5, 10, 11);
    }

    [Fact]
    public void A_linear_layer_adds_its_bias() =>
        nn.functional.linear(a, b.t(), tensor(new[] { 1f, -1f })).ShouldHold([2, 2], 5, 4, 11, 10);

    [Fact]
    public void An_embedding_picks_rows() =>
        nn.functional.embedding(tensor(new long[] { 2, 0 }, [1, 2]), b).ShouldHold([1, 2, 2], 1, 1, 1, 0);

    [Fact]
    public void Attention_is_the_weighted_mean_of_the_values()
    {
        // Keys of zero weigh all places the same, so that the result is a plain mean over what a query may see.
        var query = ones(1, 1, 3, 2);
        var key = zeros(1, 1, 3, 2);
        var value = tensor(new[] { 1f, 2f, 3f, 4f, 5f, 6f }, [1, 1, 3, 2]);
        nn.functional.scaled_dot_product_attention(query, key, value).ShouldHold([1, 1, 3, 2], 3, 4, 3, 4, 3, 4);
        nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true).ShouldHold(1, 2, 2, 3, 3, 4);
        var last = tensor(new[] { false, false, true }).expand(3, 3);
        nn.functional.scaled_dot_product_attention(query, key, value, last).ShouldHold(5, 6, 5, 6, 5, 6);
    }

    [Fact]
    public void Attention_scales_by_the_root_of_the_width()
    {
        var query = tensor(new[] { 2f, 0f, 0f, 0f }, [1, 1, 1, 4]);
        var key = tensor(new[] { 1f, 0f, 0f, 0f, 0f, 0f, 0f, 0f }, [1, 1, 2, 4]);
        var value = tensor(new[] { 1f, 0f }, [1, 1, 2, 1]);
        nn.functional.scaled_dot_product_attention(query, key, value).ShouldHold(Math.E / (Math.E + 1));
    }

    [Fact]
    public void Cross_entropy_leaves_out_the_ignored_and_reduces_as_told()
    {
        var logits = tensor(new[] { 0.0, 0.0, Math.Log(3), 0.0, 5.0, 5.0 }, [3, 2]);
        var target = tensor(new long[] { 0, 0, -100 });
        double first = Math.Log(2), second = Math.Log(4.0 / 3);
        nn.functional.cross_entropy(logits, target).ToDouble().ShouldBe((first + second) / 2, 1e-9);
        nn.functional.cross_entropy(logits, target, reduction: nn.Reduction.Sum).ToDouble().ShouldBe(first + second, 1e-9);
        nn.functional.cross_entropy(logits, target, reduction: nn.Reduction.None).ShouldHold(first, second, 0);
        nn.functional.cross_entropy(logits, tensor(new long[] { 0, 0, 1 }), ignore_index: 1).ToDouble().ShouldBe((first + second) / 2, 1e-9);
        nn.functional.nll_loss(logits.log_softmax(1), target).ToDouble().ShouldBe((first + second) / 2, 1e-9);
    }
}
