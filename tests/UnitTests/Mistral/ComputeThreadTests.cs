using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.UnitTests.Mistral.Backward;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

/// <summary>
/// A model whose logits hang on numbers too small to be normal: its last norm's weights are, and its head is as large as the
/// former are small. Where they count as zero, it says every token with the same probability.
/// </summary>
public sealed class ComputeThreadTests : IDisposable
{
    private static readonly TokenBatch Batch = new([Scenarios.Ids(1, 9), Scenarios.Ids(2, 9)], [7, 6]);
    private static readonly double Chance = -Math.Log(Scenarios.Small.VocabSize);
    private readonly MistralModel _model = Model();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_model_would_say_something_else_if_the_numbers_were_taken_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _model.Norm.ToArray<float>().ShouldAllBe(w => float.IsSubnormal(w));
        Denormals.AreFlushed.ShouldBeFalse();
        var logits = nn.functional.linear(ones(1, Scenarios.Small.HiddenSize) * _model.Norm, _model.Head);
        (logits.max() - logits.min()).item<float>().ShouldBeGreaterThan(0.1f);
    }

    [Fact]
    public void Likelihoods_and_continuations_take_them_for_zero()
    {
        AnswerLoss.PerSample(_model, Batch).ShouldAllBe(loss => Math.Abs(loss + Chance) < 1e-6);
        AnswerLoss.LogLikelihoods(_model, Batch).ShouldBe([2 * Chance, 3 * Chance], 1e-5);
        using var continuations = new PromptContinuations(_model, [Scenarios.Ids(1, 5), Scenarios.Ids(2, 5)], 4);
        continuations.LogLikelihoods([[5, 6, 2], [7, 2]]).ShouldBe([3 * Chance, 2 * Chance], 1e-5);
        continuations.Generate(4, eosId: 2).ShouldAllBe(tokens => tokens.Length == 4 && tokens.All(token => token == 0), "the first of equals");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_takes_them_for_zero(bool byHand)
    {
        using var trainer = new Trainer(_model, _model.LoraParameters, byHand: byHand);
        trainer.IsByHand.ShouldBe(byHand);
        trainer.Step([Batch], 0.1).ShouldBe(-Chance, 1e-6);
        trainer.Optimizer.SecondMoments.Values.ShouldAllBe(v => v.ToArray<float>().All(x => x == 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_take_them_for_zero_in_every_kernel(bool fused)
    {
        using var extractor = new GradientExtractor(_model, new ExtractorSettings(Fused: fused));
        extractor.Extract(
            Extraction.Samples(Batch), sketch: null,
            (entry, row, _) =>
            {
                Denormals.AreFlushed.ShouldBeTrue("what is done with a row belongs to the computing");
                entry.Loss.ShouldBe(-Chance, 1e-6);
                row.ToArray().ShouldAllBe(x => x == 0);
            },
            CancellationToken.None);
        Denormals.AreFlushed.ShouldBeFalse();
    }

    [Fact]
    public async Task Every_thread_that_computes_does_it_with_one_of_libtorchs()
    {
        var threads = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                AnswerLoss.PerSample(_model, Batch);
                return get_num_threads();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        threads.ShouldAllBe(count => count == 1);
    }

    private static MistralModel Model()
    {
        var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        model.Norm.fill_(1e-39f);
        model.Head.mul_(1e38f);
        return model;
    }
}
