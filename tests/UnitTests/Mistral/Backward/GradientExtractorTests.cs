using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral.Backward;

public sealed class GradientExtractorTests
{
    private static readonly int[] Lengths = [9, 17, 4, 23, 12, 9, 30, 8, 11, 17];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Rows_do_not_depend_on_batch_size_padding_or_order(int batchSize)
    {
        using var model = Extraction.Model(Extraction.Tiny(window: 7), ScalarType.Float32);
        var samples = Extraction.Samples(Extraction.Batch(Lengths));
        var expected = Collect(model, samples, new ExtractorSettings(BatchSize: 4));
        var actual = Collect(model, [.. samples.Reverse()], new ExtractorSettings(BatchSize: batchSize));
        foreach (var (id, row) in expected)
        {
            Extraction.Error(actual[id], row).ShouldBeLessThan(1e-5);
        }
    }

    [Fact]
    public void The_order_of_the_list_changes_no_byte_of_the_file()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        var samples = Extraction.Samples(Extraction.Batch(Lengths));
        Write(model, samples).ShouldBe(Write(model, [.. samples.Reverse()]));
    }

    [Fact]
    public void Extra_padding_changes_no_gradient_beyond_rounding()
    {
        var batch = Extraction.Batch(9, 9, 40);
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        var padded = Extraction.ByHand(model, batch).Gradients[..2];
        Extraction.Error(Extraction.ByHand(model, Extraction.Take(batch, 0, 1)).Gradients, padded).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_gradient_is_the_slope_of_the_loss()
    {
        using var model = Extraction.Model(Extraction.Tiny(window: 6), ScalarType.Float64);
        var batch = Extraction.Batch(14);
        var gradient = Extraction.ByHand(model, batch).Gradients[0];
        const double Step = 1e-5;
        var offset = 0;
        foreach (var (name, value) in model.LoraParameters)
        {
            // The middle coordinate of each matrix, so that all fourteen kinds in all layers are met.
            var index = (int)value.numel() / 2;
            var slope = (Loss(value, index, Step) - Loss(value, index, -Step)) / (2 * Step);
            gradient[offset + index].ShouldBe(slope, 1e-8, name);
            offset += (int)value.numel();
        }

        offset.ShouldBe(gradient.Length);

        double Loss(Tensor value, int index, double step)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            value.view(-1)[index].add_(step);
            var loss = Extraction.ByHand(model, batch).Losses[0];
            value.view(-1)[index].sub_(step);
            return loss;
        }
    }

    [Fact]
    public void A_fresh_adapter_has_gradients_of_B_only()
    {
        using var model = MistralModel.Random(Extraction.Tiny(), seed: 1);
        model.AttachLora(new LoraOptions(Rank: 2, Alpha: 4), seed: 2);
        var gradient = Extraction.ByHand(model, Extraction.Batch(12)).Gradients[0];
        var offset = 0;
        foreach (var (name, value) in model.LoraParameters)
        {
            var largest = gradient.AsSpan(offset, (int)value.numel()).ToArray().Max(Math.Abs);
            (largest > 0).ShouldBe(name.Contains("lora_B", StringComparison.Ordinal), name);
            offset += (int)value.numel();
        }
    }

    [Fact]
    public void Extraction_changes_no_weight()
    {
        using var scope = NewDisposeScope();
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        var before = model.Parameters.Concat(model.LoraParameters).Select(parameter => parameter.Value.clone()).ToArray();
        Collect(model, Extraction.Samples(Extraction.Batch(Lengths)), new ExtractorSettings());
        model.Parameters.Concat(model.LoraParameters).Zip(before, (now, then) => now.Value.SameAs(then)).ShouldAllBe(same => same);
    }

    [Fact]
    public void A_model_with_NaN_weights_fails_and_names_the_samples()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        using (no_grad())
        {
            model.Layers[1].Up.Weight[3, 4].fill_(double.NaN);
        }

        var samples = Extraction.Samples(Extraction.Batch(9, 14));
        var error = Should.Throw<ArithmeticException>(() => Collect(model, samples, new ExtractorSettings()));
        error.Message.ShouldContain(samples[0].Id);
        error.Message.ShouldContain(samples[1].Id);
    }

    [Fact]
    public void A_NaN_in_one_samples_embedding_names_that_sample_alone()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        var batch = Extraction.Batch(9, 9);
        Array.Fill(batch.Tokens[1], 1);
        batch.Tokens[0] = Array.ConvertAll(batch.Tokens[0], token => token == 1 ? 2 : token);
        using (no_grad())
        {
            model.Embedding[1].fill_(double.NaN);
        }

        var error = Should.Throw<ArithmeticException>(() => Collect(model, Extraction.Samples(batch), new ExtractorSettings()));
        error.Message.ShouldContain(Extraction.Id(1));
        error.Message.ShouldNotContain(Extraction.Id(0));
    }

    [Fact]
    public void Cancellation_stops_between_batches()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        using var extractor = new GradientExtractor(model, new ExtractorSettings(BatchSize: 2));
        using var cancellation = new CancellationTokenSource();
        var received = 0;
        Should.Throw<OperationCanceledException>(() => extractor.Extract(
            Extraction.Samples(Extraction.Batch(Lengths)), sketch: null, (_, _, _) => { received++; cancellation.Cancel(); }, cancellation.Token));
        received.ShouldBe(2);
    }

    [Fact]
    public void A_model_without_adapter_is_refused()
    {
        using var model = MistralModel.Random(Extraction.Tiny(), seed: 1);
        Should.Throw<ArgumentException>(() => new GradientExtractor(model)).Message.ShouldContain("LoRA");
    }

    [Theory]
    [InlineData(0, 5, 4)]
    [InlineData(5, 5, 4)]
    [InlineData(2, 5, Extraction.Vocabulary)]
    public void A_sample_without_answer_or_with_a_foreign_token_is_refused(int answerStart, int length, int token)
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        Should.Throw<ArgumentException>(() => Extraction.ByHand(model, new TokenBatch([[.. Enumerable.Repeat(token, length)]], [answerStart])));
    }

    [Fact]
    public void A_half_precision_base_computes_in_the_type_of_its_adapter()
    {
        using var half = MistralModel.Random(Extraction.Tiny(), seed: 3, ScalarType.BFloat16);
        half.AttachLora(new LoraOptions(Rank: 2, Alpha: 4), seed: 4);
        var (losses, gradients) = Extraction.ByHand(half, Extraction.Batch(12, 15));
        losses.ShouldAllBe(loss => double.IsFinite(loss));
        gradients.ShouldAllBe(row => row.Max(Math.Abs) > 0);
    }

    private static Dictionary<string, double[]> Collect(MistralModel model, IReadOnlyList<TokenizedSample> samples, ExtractorSettings settings)
    {
        using var extractor = new GradientExtractor(model, settings);
        var rows = new Dictionary<string, double[]>(StringComparer.Ordinal);
        extractor.Extract(
            samples, sketch: null, (entry, row, _) => rows[entry.SampleId] = Array.ConvertAll(row.ToArray(), x => (double)x), CancellationToken.None);
        return rows;
    }

    private static byte[] Write(MistralModel model, IReadOnlyList<TokenizedSample> samples)
    {
        using var extractor = new GradientExtractor(model);
        using var stream = new MemoryStream();
        extractor.Write(stream, samples, new CountSketch(256, seed: 1, extractor.Blocks), GradientStorage.ScaledHalf, CancellationToken.None);
        return stream.ToArray();
    }
}
