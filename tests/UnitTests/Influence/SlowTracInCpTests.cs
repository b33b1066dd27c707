using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.TracSeqScoring;
using ZiGong.UnitTests.Mistral.Backward;

namespace ZiGong.UnitTests.Influence;

/// <summary>The whole chain, gradients to scores, beside TracInCP written down as in its paper: a loop over every pair of samples.</summary>
public sealed class SlowTracInCpTests
{
    private static readonly double[] Rates = [0.05, 0.03, 0.03];
    private static readonly double[] Times = [10, 11, 12];
    private static readonly string[] Classes = ["good", "bad"];
    private static readonly TokenBatch Training = Extraction.Batch(9, 14, 7, 11, 8, 21, 13, 10);
    private static readonly TokenBatch Reference = Extraction.Batch(12, 6, 17, 9, 15);

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public void Scores_equal_a_loop_over_pairs_of_samples(double gamma)
    {
        var expected = new double[Training.Count];
        var checkpoints = new List<CheckpointPartials>();
        for (var checkpoint = 0; checkpoint < Rates.Length; checkpoint++)
        {
            using var model = ModelAt(checkpoint);
            AddPairs(expected, model, Rates[checkpoint] * Math.Pow(gamma, Times[^1] - Times[checkpoint]));
            checkpoints.Add(new CheckpointPartials(checkpoint + 1, Times[checkpoint], Partials(model, Rates[checkpoint])));
        }

        var ids = Enumerable.Range(0, Training.Count).Select(Extraction.Id).ToArray();
        var scores = TracSeq.Combine(ids, [], checkpoints, asOf: Times[^1], new DecayOptions(gamma));

        Extraction.Error([.. scores.Values], expected).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Two_checkpoints_apart_in_time_are_told_apart_by_the_decay()
    {
        var (plain, decayed) = (new double[Training.Count], new double[Training.Count]);
        for (var checkpoint = 0; checkpoint < Rates.Length; checkpoint++)
        {
            using var model = ModelAt(checkpoint);
            AddPairs(plain, model, Rates[checkpoint]);
            AddPairs(decayed, model, Rates[checkpoint] * Math.Pow(0.5, Times[^1] - Times[checkpoint]));
        }

        Extraction.Error(decayed, plain).ShouldBeGreaterThan(1e-3);
    }

    /// <summary>Σ over reference samples of ⟨∇ℓ(w, z), ∇ℓ(w, z')⟩ / n, one sample at a time by autograd.</summary>
    private static void AddPairs(double[] scores, MistralModel model, double weight)
    {
        var (_, training) = Extraction.ByAutograd(model, Training);
        var (_, reference) = Extraction.ByAutograd(model, Reference);
        for (var z = 0; z < training.Length; z++)
        {
            foreach (var other in reference)
            {
                scores[z] += weight * training[z].Zip(other, (a, b) => a * b).Sum() / reference.Length;
            }
        }
    }

    private static double[] Partials(MistralModel model, double rate)
    {
        using var extractor = new GradientExtractor(model, new ExtractorSettings(BatchSize: 3));
        var mean = new ReferenceVector("credit-scoring", Classes, extractor.Dimension, ReferenceKind.Mean);
        extractor.Extract(
            Extraction.Samples(Reference), sketch: null, (entry, row, _) => mean.Add(entry.SampleId, Classes[entry.SampleId[^1] % 2], row),
            CancellationToken.None);
        var vector = mean.Build();
        var partials = new Dictionary<string, double>(StringComparer.Ordinal);
        extractor.Extract(
            Extraction.Samples(Training), sketch: null,
            (entry, row, _) => partials[entry.SampleId] = PartialScore.Of(entry.SampleId, row, vector, rate, Similarity.Dot), CancellationToken.None);
        return [.. Enumerable.Range(0, Training.Count).Select(i => partials[Extraction.Id(i)])];
    }

    private static MistralModel ModelAt(int checkpoint)
    {
        var model = Extraction.Model(Extraction.Tiny(), torch.ScalarType.Float32, "q_proj", "k_proj", "v_proj");
        using var noGradient = torch.no_grad();
        foreach (var (_, value) in model.LoraParameters)
        {
            value.mul_(1 + (0.5 * checkpoint));
        }

        return model;
    }
}
