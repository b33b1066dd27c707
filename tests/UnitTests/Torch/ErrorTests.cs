using System.Runtime.InteropServices;
using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

/// <summary>What libtorch refuses comes back as an exception that says why, and the process goes on.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_bad_product_names_both_shapes()
    {
        var error = Should.Throw<ExternalException>(() => ones(2, 3).mm(ones(4, 5)));
        error.Message.ShouldContain("[2, 3]");
        error.Message.ShouldContain("[4, 5]");
        error.Message.ShouldNotContain("\n");
        error.Message.ShouldNotContain(".cpp");
    }

    public static TheoryData<string, Action> Refused() => new()
    {
        { "a sum of shapes that do not broadcast", () => ones(2).add(ones(3)) },
        { "the same in place", () => ones(2).add_(ones(3)) },
        { "a view of another size", () => ones(2, 3).view(7) },
        { "a row out of range", () => ones(2)[5].ToSingle() },
        { "a place out of range", () => ones(2).index_select(0, tensor(new long[] { 9 })) },
        { "a dimension out of range", () => ones(2).sum(3) },
        { "a dimension out of range of size", () => ones(2).size(4) },
        { "an embedding out of range", () => nn.functional.embedding(tensor(new long[] { 9 }), ones(2, 2)) },
        { "a class out of range", () => nn.functional.cross_entropy(ones(1, 2), tensor(new long[] { 5 })) },
        { "a product of two types", () => ones(2, 2).mm(ones(2, 2, dtype: float64)) },
        { "a mean of whole numbers", () => arange(3).mean() },
        { "gradients of whole numbers", () => arange(3).requires_grad_() },
        { "backward without a graph", () => ones(1).backward() },
        { "backward of many values", () => (ones(2, requires_grad: true) * 2).backward() },
        { "a leaf changed in place", () => ones(2, requires_grad: true).add_(1) },
        { "a single number of many", () => ones(2).ToDouble() },
        { "no tensors to join", () => torch.cat([]) },
        { "tensors of other shapes to join", () => torch.stack([ones(2), ones(3)]) },
        { "an equation that does not parse", () => torch.einsum("i j ->> k", ones(2)) },
        { "sizes that do not add up", () => ones(4).split([1, 1]) },
        { "a negative size", () => zeros(-1) },
        { "more than there is", () => ones(3).topk(5) },
        { "more memory than any machine has", () => zeros(1L << 40, 1L << 12) },
        { "attention of widths that differ", () => nn.functional.scaled_dot_product_attention(ones(1, 1, 2, 3), ones(1, 1, 2, 4), ones(1, 1, 2, 4)) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_done_throws_and_the_next_call_works(string what, Action action)
    {
        Should.Throw<ExternalException>(action, what).Message.ShouldNotBeNullOrWhiteSpace();
        (ones(2) + 1).ShouldHold(2, 2);
    }

    [Fact]
    public void Backward_twice_through_one_graph_is_refused_unless_it_is_kept()
    {
        var x = ones(2, requires_grad: true);
        var loss = x.square().sum();
        loss.backward(retain_graph: true);
        loss.backward();
        x.grad!.ShouldHold(4, 4);
        Should.Throw<ExternalException>(() => loss.backward()).Message.ShouldContain("second time");
    }

    [Fact]
    public void A_disposed_tensor_is_refused_before_it_reaches_libtorch()
    {
        var gone = ones(2);
        gone.Dispose();
        Should.Throw<InvalidOperationException>(() => gone.add(1));
        Should.Throw<InvalidOperationException>(() => ones(2).add(gone));
        Should.Throw<InvalidOperationException>(() => torch.cat([ones(2), gone]));
        Should.Throw<InvalidOperationException>(() => gone.shape);
        Should.Throw<InvalidOperationException>(() => ones(2)[gone]);
        Should.Throw<InvalidOperationException>(() => gone.Handle);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused()
    {
        if (!cuda.is_available())
        {
            Should.Throw<ExternalException>(() => ones(1).to(CUDA));
            Should.Throw<ExternalException>(() => zeros(2, device: CUDA));
        }
    }

    [Fact]
    public async Task Errors_of_one_thread_are_not_seen_by_another()
    {
        await Task.WhenAll(Enumerable.Range(2, 6).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 30; i++)
            {
                using var a = ones(n, n + 1);
                Should.Throw<ExternalException>(() => a.mm(a)).Message.ShouldContain($"[{n}, {n + 1}]");
            }
        })));
    }
}
