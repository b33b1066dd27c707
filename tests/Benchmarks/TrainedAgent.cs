using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using ZiGong.Training;

namespace ZiGong.Benchmarks;

/// <summary>
/// The agent of UCI's panel as a run trains it: nano, compact prompts, one pass. What it is certain of leaves it full of
/// numbers that are all but zero, which a model with random weights never has.
/// </summary>
public static class TrainedAgent
{
    private const int BatchSize = 32;

    /// <summary>Enough for it to be certain: with a hundred it is not yet.</summary>
    public const int Steps = 600;

    /// <param name="steps">Optimizer steps to take.</param>
    /// <param name="count">Samples to extract.</param>
    /// <returns>The agent before and after training, and the samples.</returns>
    public static (MistralModel Fresh, MistralModel Trained, TokenizedSample[] Samples) Make(int steps, int count)
    {
        var (examples, vocabulary) = Examples();
        var (fresh, trained) = (Agent(vocabulary), Agent(vocabulary));
        using (var trainer = new Trainer(trained, trained.LoraParameters))
        {
            var order = new BatchOrder(examples.Length, BatchSize, seed: 1);
            for (var step = 0; step < steps; step++)
            {
                var chosen = Array.ConvertAll(order.At(step).ToArray(), i => examples[i]);
                TokenBatch[] batches = [
                    .. chosen.Chunk(16).Select(part => new TokenBatch([.. part.Select(e => e.Tokens)], [.. part.Select(e => e.AnswerStart)]))];
                trainer.Step(batches, LearningRate.Constant(step, 5e-3, 20));
            }
        }

        return (fresh, trained, [.. examples.Take(count).Select((e, i) => new TokenizedSample($"{i:x32}", e.Tokens, e.AnswerStart))]);
    }

    private static (Example[] Examples, int Vocabulary) Examples()
    {
        var descriptor = DescriptorFile.Load("uci-default-panel");
        var hasher = new SubjectHasher("a key of sixteen bytes or more"u8);
        var samples = SampleReader.Read(descriptor, SharedData.Require("uci-default/UCI_Credit_Card.csv"), hasher, CancellationToken.None)
            .Select(result => result.Sample).OfType<Credit.Sample>().Take(40_000).ToList();
        var encoding = SampleEncoding.Fit(descriptor, samples);
        Example[] examples = [.. samples.Select(encoding.Encode).Select(p => new Example([.. p.Prompt, .. p.Answers[p.Truth]], p.Prompt.Length))];
        return (examples, encoding.VocabularySize);
    }

    private static MistralModel Agent(int vocabulary)
    {
        var model = MistralModel.Random(MistralConfig.Nano(vocabulary) with { InitializerRange = 0.1 }, seed: 1);
        model.AttachLora(new LoraOptions(), seed: 2);
        return model;
    }
}
