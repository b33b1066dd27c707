using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class PromptContinuationsTests
{
    private const int Eos = 2;

    private static readonly int[][] Prompts = [Scenarios.Ids(1, 7), Scenarios.Ids(2, 7), Scenarios.Ids(3, 7)];

    /// <summary>Of one to four tokens, the lengths mixed within each batch.</summary>
    private static readonly int[][][] Answers =
    [
        [[11, Eos], [12, 13, 14, Eos], [15, 16, Eos]],
        [[21, 22, 23, Eos], [Eos], [24, Eos]],
        [[Eos], [31], [32]],
    ];

    [Theory]
    [InlineData(ScalarType.Float32, null)]
    [InlineData(ScalarType.Float32, 3)]
    [InlineData(ScalarType.Float64, null)]
    [InlineData(ScalarType.Float64, 1)]
    [InlineData(ScalarType.Float64, 3)]
    public void Every_answer_is_as_likely_as_when_it_is_computed_with_its_whole_prompt(ScalarType dtype, int? window)
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window }, dtype);
        using var continuations = new PromptContinuations(model, Prompts, longest: 4);
        foreach (var answers in (int[][][])[.. Answers, .. Answers.Reverse()]) // again after longer and shorter ones
        {
            continuations.LogLikelihoods(answers).ShouldBe(WithWholePrompt(model, answers), dtype == ScalarType.Float64 ? 1e-12 : 1e-5);
        }
    }

    [Fact]
    public void A_single_prompt_of_one_token_with_a_single_answer_is_scored_too()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        using var continuations = new PromptContinuations(model, [[5]], longest: 2);
        var expected = AnswerLoss.LogLikelihoods(model, new TokenBatch([[5, 6, Eos]], [1]));
        continuations.LogLikelihoods([[6, Eos]]).ShouldBe(expected, 1e-12);
    }

    [Theory]
    [InlineData(null, -1)]
    [InlineData(3, -1)]
    [InlineData(null, 0)]
    [InlineData(null, 1)]
    [InlineData(3, 1)]
    public void A_generation_is_the_same_whatever_was_scored_before(int? window, int endsAt)
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window });
        var free = Array.ConvertAll(Prompts, prompt => Scenarios.Uncached(model, prompt, 6));
        var eos = endsAt < 0 ? -1 : free[0][endsAt]; // the first ends early, the others where they happen to
        var expected = Array.ConvertAll(free, tokens => tokens.TakeWhile(token => token != eos).ToArray());

        // Like the generation to its end, for a while, not at all; each prompt in another way in the last batch.
        int[][][] whole = [free], start = [Array.ConvertAll(free, f => f[..3])], other = [Answers[1]], mixed = [[free[0], [free[1][0], 9, 9], Answers[0][2]]];
        foreach (var scored in (int[][][][])[[], whole, start, other, mixed, [.. other, .. mixed, .. start]])
        {
            using var continuations = new PromptContinuations(model, Prompts, longest: 6);
            foreach (var answers in scored)
            {
                continuations.LogLikelihoods(answers);
            }

            continuations.Generate(6, eos).ShouldBe(expected);
            continuations.Generate(6, eos).ShouldBe(expected);
            continuations.LogLikelihoods(Answers[0]).ShouldBe(WithWholePrompt(model, Answers[0]), 1e-12);
        }

        model.Generate(Prompts, 6, eos).ShouldBe(expected);
    }

    [Fact]
    public void What_does_not_fit_the_prompts_is_refused_with_the_numbers()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        using var continuations = new PromptContinuations(model, Prompts, longest: 2);
        Should.Throw<ArgumentException>(() => continuations.LogLikelihoods([[1]])).Message.ShouldContain("answers of 1 tokens to 3 prompts");
        Should.Throw<ArgumentException>(() => continuations.LogLikelihoods([[1], [], [1]])).Message.ShouldContain("1, 0, 1");
        Should.Throw<ArgumentException>(() => continuations.LogLikelihoods([[1], [53], [1]])).Message.ShouldContain("token 53 is outside the vocabulary of 53");
        Should.Throw<ArgumentException>(() => continuations.LogLikelihoods([[1], [1, 2, 3], [1]])).Message.ShouldContain("3 tokens, but there is room for 2");
        Should.Throw<ArgumentException>(() => continuations.Generate(3, Eos)).Message.ShouldContain("3 tokens, but there is room for 2");
        Should.Throw<ArgumentException>(() => new PromptContinuations(model, [[1], [1, 2]], 1)).Message.ShouldContain("1, 2");
        Should.Throw<ArgumentException>(() => new PromptContinuations(model, [], 1));
        Should.Throw<ArgumentException>(() => new PromptContinuations(model, [[53]], 1)).Message.ShouldContain("token 53 is outside the vocabulary of 53");
        Should.Throw<InputException>(() => new PromptContinuations(model, [Scenarios.Ids(1, 60)], 6)).Message.ShouldContain("65 tokens, but the model has 64");
    }

    private static double[] WithWholePrompt(MistralModel model, int[][] answers) => AnswerLoss.LogLikelihoods(model, new TokenBatch(
        [.. Prompts.Select((prompt, i) => (int[])[.. prompt, .. answers[i]])], [.. Prompts.Select(prompt => prompt.Length)]));
}
