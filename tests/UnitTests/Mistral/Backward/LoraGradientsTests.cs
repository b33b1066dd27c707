using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral.Backward;

public sealed class LoraGradientsTests
{
    [Theory]
    [InlineData("q_proj,k_proj,v_proj", null, ScalarType.Float64, 1e-12)]
    [InlineData("q_proj,k_proj,v_proj", 4, ScalarType.Float64, 1e-12)]
    [InlineData("q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj", null, ScalarType.Float64, 1e-12)]
    [InlineData("q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj", null, ScalarType.Float32, 1e-5)]
    [InlineData("down_proj", null, ScalarType.Float64, 1e-12)]
    public void The_sum_over_a_batch_is_the_weighted_sum_of_its_rows(string targets, int? window, ScalarType type, double tolerance)
    {
        using var model = Extraction.Model(Extraction.Tiny(window), type, targets.Split(','));
        var batch = Extraction.Batch(9, 14, 5);
        double[] weights = [0.5, 0, 2];
        using var gradients = new LoraGradients(model);
        using var each = gradients.PerSample(batch);
        using var sum = gradients.Sum(batch, weights);
        var rows = Extraction.Rows(each.Gradients);
        var expected = Enumerable.Range(0, gradients.Dimension).Select(i => (0.5 * rows[0][i]) + (2 * rows[2][i]));
        Extraction.Error(Extraction.Rows(sum.Gradients)[0], [.. expected]).ShouldBeLessThan(tolerance);
        sum.Losses.Zip(each.Losses.Zip(weights, (loss, weight) => loss * weight)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < tolerance);
    }

    [Fact]
    public void Weights_are_as_many_as_samples()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        using var gradients = new LoraGradients(model);
        Should.Throw<ArgumentException>(() => gradients.Sum(Extraction.Batch(9, 14, 5), [1, 1])).Message.ShouldContain("2 weights for 3 samples");
    }

    [Theory]
    [InlineData("q_proj,k_proj,v_proj")]
    [InlineData("q_proj,down_proj")]
    public void After_a_change_of_the_adapters_a_refresh_gives_what_a_new_one_would(string targets)
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32, targets.Split(','));
        var batch = Extraction.Batch(9, 14, 5);
        using var kept = new LoraGradients(model);
        using var before = kept.Sum(batch);
        using (no_grad())
        {
            foreach (var (_, value) in model.LoraParameters)
            {
                value.mul_(1.5);
            }
        }

        using var stale = kept.Sum(batch);
        stale.Gradients.SameAs(before.Gradients).ShouldBeTrue();
        kept.Refresh();
        using var refreshed = kept.Sum(batch);
        using var fresh = new LoraGradients(model);
        using var expected = fresh.Sum(batch);
        refreshed.Gradients.SameAs(expected.Gradients).ShouldBeTrue();
        refreshed.Losses.ShouldBe(expected.Losses);
        refreshed.Losses.ShouldNotBe(before.Losses);
    }

    [Fact]
    public void A_base_in_half_precision_does_not_suit()
    {
        using var half = MistralModel.Random(Extraction.Tiny(), seed: 3, ScalarType.BFloat16);
        LoraGradients.Suits(half).ShouldBeFalse();
        half.AttachLora(new LoraOptions(), seed: 4);
        LoraGradients.Suits(half).ShouldBeFalse();
        using var single = Extraction.Model(Extraction.Tiny(), ScalarType.Float32);
        LoraGradients.Suits(single).ShouldBeTrue();
    }

    [Fact]
    public void A_large_base_does_not_suit_whatever_its_type()
    {
        LoraGradients.AreCopiesSmall(MistralConfig.Nano(1000)).ShouldBeTrue();
        var seven = new MistralConfig
        {
            VocabSize = 32_000, HiddenSize = 4096, IntermediateSize = 14_336, Layers = 32, Heads = 32, KvHeads = 8, HeadDim = 128, MaxPositions = 32_768,
        };
        LoraGradients.AreCopiesSmall(seven).ShouldBeFalse();
    }

    [Fact]
    public void A_sample_longer_than_the_positions_is_refused()
    {
        using var model = Extraction.Model(Extraction.Tiny() with { MaxPositions = 12 }, ScalarType.Float32);
        using var gradients = new LoraGradients(model);
        using (var fits = gradients.Sum(Extraction.Batch(12)))
        {
            double.IsFinite(fits.Losses[0]).ShouldBeTrue();
        }

        Should.Throw<InputException>(() => gradients.Sum(Extraction.Batch(13))).Message.ShouldContain("13 tokens, but the model has 12 positions");
    }
}
