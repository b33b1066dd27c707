using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral.Backward;

/// <summary>Small models, samples and the slow way: autograd, one sample at a time.</summary>
internal static class Extraction
{
    public const int Vocabulary = 61;

    public static readonly string[] AllProjections = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public static MistralConfig Tiny(int? window = null, int kvHeads = 2) => new()
    {
        VocabSize = Vocabulary,
        HiddenSize = 48,
        IntermediateSize = 56,
        Layers = 3,
        Heads = 4,
        KvHeads = kvHeads,
        HeadDim = 12,
        SlidingWindow = window,
        MaxPositions = 128,
        InitializerRange = 0.2,
    };

    /// <summary>A model with random A, B and norms: a fresh adapter's B = 0 would hide every error in the gradient of A.</summary>
    public static MistralModel Model(MistralConfig config, ScalarType type, params string[] targets) => ModelOn(CPU, config, type, targets);

    public static MistralModel ModelOn(Device device, MistralConfig config, ScalarType type, params string[] targets)
    {
        var model = MistralModel.Random(config, seed: 5, type, device);
        model.AttachLora(new LoraOptions(Rank: 3, Alpha: 6, Targets: targets.Length > 0 ? targets : AllProjections), seed: 6);
        using var noGradient = no_grad();
        foreach (var (name, value) in model.LoraParameters)
        {
            Fill(value, name, mean: 0, spread: 0.1);
        }

        foreach (var layer in model.Layers)
        {
            Fill(layer.InputNorm, layer.Q.Name + "norm", mean: 1, spread: 0.2);
            Fill(layer.PostAttentionNorm, layer.Gate.Name + "norm", mean: 1, spread: 0.2);
        }

        Fill(model.Norm, "norm", mean: 1, spread: 0.2);
        return model;
    }

    /// <summary>Samples of the given lengths; sample i has 1 + i mod 3 answer tokens.</summary>
    public static TokenBatch Batch(params int[] lengths)
    {
        var random = new SeededRandom(9);
        var tokens = Array.ConvertAll(lengths, length => Enumerable.Range(0, length).Select(_ => random.NextInt(Vocabulary)).ToArray());
        return new TokenBatch(tokens, [.. lengths.Select((length, i) => length - 1 - (i % 3))]);
    }

    public static TokenBatch Take(TokenBatch batch, params int[] indices) =>
        new(Array.ConvertAll(indices, i => batch.Tokens[i]), Array.ConvertAll(indices, i => batch.AnswerStart[i]));

    public static IReadOnlyList<TokenizedSample> Samples(TokenBatch batch) =>
        [.. batch.Tokens.Select((tokens, i) => new TokenizedSample(Id(i), tokens, batch.AnswerStart[i]))];

    public static string Id(int i) => $"{i:x32}";

    /// <summary>Loss and gradient of every sample by autograd, as doubles.</summary>
    public static (double[] Losses, double[][] Gradients) ByAutograd(MistralModel model, TokenBatch batch)
    {
        var gradients = new double[batch.Tokens.Length][];
        var losses = new double[gradients.Length];
        for (var i = 0; i < gradients.Length; i++)
        {
            using var scope = NewDisposeScope();
            foreach (var (_, value) in model.LoraParameters)
            {
                value.grad = null;
            }

            var loss = AnswerLoss.Mean(model, Take(batch, i));
            loss.backward();
            losses[i] = loss.to(ScalarType.Float64).item<double>();
            gradients[i] = Doubles(cat([.. model.LoraParameters.Select(parameter => parameter.Value.grad!.flatten())], 0));
        }

        return (losses, gradients);
    }

    public static (double[] Losses, double[][] Gradients) ByHand(MistralModel model, TokenBatch batch, ExtractorSettings? settings = null)
    {
        using var extractor = new GradientExtractor(model, settings);
        using var result = extractor.Compute(batch);
        return (result.Losses, Rows(result.Gradients));
    }

    public static double[][] Rows(Tensor gradients) =>
        [.. Enumerable.Range(0, (int)gradients.shape[0]).Select(i => Doubles(gradients[i]))];

    /// <summary>The largest difference, relative to the largest expected magnitude.</summary>
    public static double Error(double[][] actual, double[][] expected) => actual.Zip(expected, Error).Max();

    public static double Error(double[] actual, double[] expected) =>
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max() / expected.Max(Math.Abs);

    private static double[] Doubles(Tensor values)
    {
        using var wide = values.detach().to(ScalarType.Float64).cpu();
        return wide.ToArray<double>();
    }

    private static void Fill(Tensor target, string name, double mean, double spread)
    {
        var random = SeededRandom.Stream(7, name);
        var values = Enumerable.Range(0, (int)target.numel()).Select(_ => mean + (spread * random.NextGaussian())).ToArray();
        using var source = tensor(values, target.shape);
        target.copy_(source);
    }
}
