using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Templates;
using ZiGong.Evaluation;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Storage;
using ZiGong.Training;

namespace ZiGong.UnitTests.Training;

/// <summary>Texts of thousands of bytes, as nano reads them in words; the model is as small as four heads allow.</summary>
public sealed class LongTextTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-long-").FullName;
    private readonly ArtifactStore _artifacts;
    private readonly string _base;

    public LongTextTests()
    {
        _artifacts = new ArtifactStore(Path.Combine(_folder, "artifacts"));
        _base = Path.Combine(_folder, "base");
        using var model = MistralModel.Random(Narrow, seed: 5);
        model.Save(_base);
    }

    private static MistralConfig Narrow { get; } = MistralConfig.Nano(ByteTokens.Tokens.VocabularySize) with
    {
        HiddenSize = 8, IntermediateSize = 8, Layers = 2, HeadDim = 2, MaxPositions = 4096, InitializerRange = 0.3,
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sixteen_texts_of_three_thousand_tokens_are_learnt_in_one_step()
    {
        List<Example> examples = [.. Enumerable.Range(0, 16).Select(i => Text(i, 2960 + i, answer: 3))];
        using var training = await OpenAsync();

        var losses = Enumerable.Range(0, 2).Select(_ => training.Step(examples, [.. Enumerable.Range(0, 16)], 0.01)).ToList();

        losses.ShouldAllBe(loss => double.IsFinite(loss) && loss > 0);
        losses[1].ShouldBeLessThan(losses[0]);
    }

    [Fact]
    public async Task A_step_on_long_texts_is_that_on_the_mean_of_all_whatever_the_split()
    {
        // 700 tokens: eleven fit, so sixteen are cut in two. Each alone is the other extreme.
        List<Example> examples = [.. Enumerable.Range(0, 16).Select(i => Text(i, 700, answer: 2 + (i % 3)))];
        using var training = await OpenAsync();
        var alone = examples.Select(e => AnswerLoss.PerSample(training.Model, new TokenBatch([e.Tokens], [e.AnswerStart]))[0]).ToList();

        training.Step(examples, [.. Enumerable.Range(0, 16)], 0.01).ShouldBe(alone.Average(), 1e-5);
    }

    [Fact]
    public async Task Prompts_of_three_thousand_tokens_are_asked_a_few_at_a_time()
    {
        using var training = await OpenAsync();
        var adapter = await training.SaveAsync(_artifacts, default);
        Sample[] samples = [.. Enumerable.Range(0, 5).Select(i => new Sample(
            $"{i:x32}", "long", "long", "", "", new Dictionary<string, string> { ["text"] = $"{i}" + new string('x', 3000) }, i % 2 == 0 ? "good" : "bad",
            null, null))];
        var batches = new List<int>();

        var said = await new AdapterPredictions(_artifacts, new ModelStore(_artifacts)).PredictAsync(
            _base, adapter, new Bytes(), new AnswerSet(["good", "bad"], "bad"), samples, [], batches.Add, default);

        batches.ShouldBe([2, 2, 1]);
        said.Probabilities.ShouldAllBe(p => p > 0 && p < 1);
        batches.Clear();
        await new AdapterPredictions(_artifacts, new ModelStore(_artifacts)).WriteAsync(_base, adapter, new Bytes(), samples, longest: 2, batches.Add, default);
        batches.ShouldBe([2, 2, 1]);
    }

    private static Example Text(int seed, int length, int answer)
    {
        var random = new SeededRandom((ulong)seed);
        return new Example([.. Enumerable.Range(0, length).Select(_ => 3 + random.NextInt(200))], length - answer);
    }

    private Task<LoraTraining> OpenAsync() => LoraTraining.OpenAsync(
        new ModelStore(_artifacts), _artifacts, _base, new LoraOptions(), seed: 6, new AdamWOptions(), clipNorm: 1, state: null, default);

    /// <summary>The text itself as bytes, and the answers as one byte each.</summary>
    private sealed class Bytes : IPromptEncoder
    {
        public int VocabularySize => ByteTokens.Tokens.VocabularySize;

        public int PadId => ByteTokens.Tokens.PadId;

        public int EosId => ByteTokens.Tokens.EosId;

        public EncodedPrompt Encode(Sample sample) => new(
            [ByteTokens.Tokens.BosId, .. ByteTokens.Tokens.Encode(sample.Fields["text"])], [[103, EosId], [98, EosId]], sample.Answer == "good" ? 0 : 1);

        public string Render(Sample sample) => sample.Fields["text"];

        public string Decode(ReadOnlySpan<int> tokens) => ByteTokens.Tokens.Decode(tokens.ToArray());
    }
}
