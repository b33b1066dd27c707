using System.Text.Json.Nodes;
using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral.Backward;

public sealed class PerSampleGradientsTests
{
    private static readonly ExtractorSettings Unfused = new(Fused: false);

    [SharedDataFact]
    public void Float64_gradients_equal_those_of_Hugging_Face_and_PEFT() => AgainstReference(ScalarType.Float64, "f64", Unfused).ShouldBeLessThan(1e-10);

    [SharedDataFact]
    public void Float32_gradients_equal_those_of_Hugging_Face_and_PEFT()
    {
        AgainstReference(ScalarType.Float32, "f32", Unfused).ShouldBeLessThan(1e-5);
        AgainstReference(ScalarType.Float32, "f32", new ExtractorSettings()).ShouldBeLessThan(1e-5);
    }

    public static TheoryData<string, int?, int> Shapes => new()
    {
        { "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj", null, 2 },
        { "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj", 5, 2 },
        { "q_proj,k_proj,v_proj", null, 2 },
        { "q_proj,k_proj,v_proj", 4, 1 },
        { "q_proj,k_proj,v_proj", null, 4 },
        { "q_proj", null, 2 },
        { "k_proj", 3, 2 },
        { "v_proj", null, 2 },
        { "o_proj", null, 2 },
        { "gate_proj", null, 2 },
        { "up_proj", null, 2 },
        { "down_proj", null, 2 },
        { "q_proj,down_proj", 6, 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_batch_by_hand_equals_autograd_one_sample_at_a_time(string targets, int? window, int kvHeads)
    {
        var batch = Extraction.Batch(9, 17, 4, 23, 12, 2);
        batch.AnswerStart[5] = 1;
        using (var model = Extraction.Model(Extraction.Tiny(window, kvHeads), ScalarType.Float64, targets.Split(',')))
        {
            var expected = Extraction.ByAutograd(model, batch);
            var actual = Extraction.ByHand(model, batch);
            Extraction.Error(actual.Gradients, expected.Gradients).ShouldBeLessThan(1e-11);
            Extraction.Error(actual.Losses, expected.Losses).ShouldBeLessThan(1e-12);
        }

        using (var model = Extraction.Model(Extraction.Tiny(window, kvHeads), ScalarType.Float32, targets.Split(',')))
        {
            var expected = Extraction.ByAutograd(model, batch);
            var fused = Extraction.ByHand(model, batch);
            Extraction.Error(fused.Gradients, expected.Gradients).ShouldBeLessThan(1e-5);
            Extraction.Error(fused.Losses, expected.Losses).ShouldBeLessThan(1e-5);
            Extraction.Error(Extraction.ByHand(model, batch, Unfused).Gradients, expected.Gradients).ShouldBeLessThan(1e-5);
        }
    }

    /// <summary>No width is a multiple of a vector's, and heads are wide enough for vectors: whole ones and what is left over both count.</summary>
    [Fact]
    public void Widths_that_leave_a_remainder_are_computed_to_their_end()
    {
        var config = Extraction.Tiny() with { HiddenSize = 50, IntermediateSize = 61, HeadDim = 22 };
        using var model = Extraction.Model(config, ScalarType.Float32);
        var batch = Extraction.Batch(9, 17, 4, 23, 12);
        var expected = Extraction.ByAutograd(model, batch);
        var actual = Extraction.ByHand(model, batch);
        Extraction.Error(actual.Gradients, expected.Gradients).ShouldBeLessThan(1e-5);
        Extraction.Error(actual.Losses, expected.Losses).ShouldBeLessThan(1e-5);
    }

    /// <summary>The largest error over both samples of the reference, relative to each one's largest gradient.</summary>
    private static double AgainstReference(ScalarType type, string suffix, ExtractorSettings settings)
    {
        var folder = SharedData.Require("reference/mistral_tiny_nowindow");
        using var scope = NewDisposeScope();
        using var model = LoadReference(folder, type);
        model.AttachLora(new LoraOptions(Rank: 4, Alpha: 8, Targets: Extraction.AllProjections), seed: 0);
        using (var adapter = new SafetensorsFile(Path.Combine(folder, "lora.safetensors")))
        {
            PeftAdapter.CopyInto(model.LoraParameters, adapter);
        }

        using var expected = new SafetensorsFile(Path.Combine(folder, $"expected_{suffix}.safetensors"));
        var ids = expected.Read("input_ids").ToArray<long>();
        // The labels of sample 1 end before its padding.
        int[][] tokens = [[.. ids[..24].Select(id => (int)id)], [.. ids[24..44].Select(id => (int)id)]];
        var (losses, gradients) = Extraction.ByHand(model, new TokenBatch(tokens, [10, 10]), settings);
        var worst = 0.0;
        for (var i = 0; i < 2; i++)
        {
            var names = model.LoraParameters.Select(p => $"grad_ex{i}.base_model.model.{p.Name[..^"weight".Length]}default.weight");
            var wanted = cat([.. names.Select(name => expected.Read(name).flatten())], 0).to(ScalarType.Float64).ToArray<double>();
            var loss = expected.Read($"loss_ex{i}").to(ScalarType.Float64).ToArray<double>()[0];
            losses[i].ShouldBe(loss, 1e-5);
            worst = Math.Max(worst, Extraction.Error(gradients[i], wanted));
        }

        return worst;
    }

    /// <summary>The reference keeps its Hugging Face configuration as one field of a larger description.</summary>
    private static MistralModel LoadReference(string folder, ScalarType type)
    {
        var description = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
        var copy = Directory.CreateTempSubdirectory("zigong-reference");
        try
        {
            File.WriteAllText(Path.Combine(copy.FullName, "config.json"), description["config"]!.ToJsonString());
            File.CreateSymbolicLink(Path.Combine(copy.FullName, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
            return MistralModel.Load(copy.FullName, type);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }
}
