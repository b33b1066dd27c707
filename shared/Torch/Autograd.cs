using static TorchSharp.Failure;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Until it is disposed of, nothing on this thread is recorded for backward().</summary>
    public static AutoGradMode no_grad() => new(false);

    public static AutoGradMode enable_grad(bool enabled = true) => new(enabled);

    public static AutoGradMode set_grad_enabled(bool mode = true) => new(mode);

    public static bool is_grad_enabled() => Native.grad_mode();

    /// <summary>Puts the thread's gradient mode back on Dispose.</summary>
    public sealed class AutoGradMode : IDisposable
    {
        private readonly bool before;

        internal AutoGradMode(bool enabled)
        {
            before = Native.grad_mode();
            Native.set_grad_mode(enabled);
        }

        public void Dispose() => Native.set_grad_mode(before);
    }

    public static class autograd
    {
        /// <summary>Σ of the gradients of outputs with respect to each of inputs; one that does not matter is null under allow_unused.</summary>
        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            using var from = new Handles([.. outputs]);
            using var to = new Handles([.. inputs]);
            using var seeds = new Handles(grad_outputs is null ? [] : [.. grad_outputs]);
            return Results(Native.autograd_grad(
                from.Span, from.Count, to.Span, to.Count, seeds.Span, seeds.Count, retain_graph || create_graph, create_graph, allow_unused))!;
        }
    }
}
