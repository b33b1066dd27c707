using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

/// <summary>Against numbers that Hugging Face transformers and PEFT computed, relative to the largest value of each tensor.</summary>
public sealed class ReferenceModelTests
{
    /// <summary>The type of the computation and how close it has to come.</summary>
    public static TheoryData<ScalarType, double> Types => new() { { ScalarType.Float32, 1e-5 }, { ScalarType.Float64, 1e-12 } };

    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void Logits_without_adapter_are_those_of_Hugging_Face(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.ReferenceModel(dtype);
        using var expected = Expected(dtype);
        var hidden = model.Hidden(expected.Read("input_ids"), [24, 24]);
        Scenarios.Distance(model.Logits(hidden), expected.Read("logits_base")).ShouldBeLessThan(tolerance);
    }

    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void Logits_with_adapter_on_all_projections_are_those_of_PEFT(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.ReferenceModelWithAdapter(dtype);
        using var expected = Expected(dtype);
        var hidden = model.Hidden(expected.Read("input_ids"), [24, 24]);
        Scenarios.Distance(model.Logits(hidden), expected.Read("logits_lora")).ShouldBeLessThan(tolerance);
    }

    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void Losses_are_those_of_Hugging_Face(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var expected = Expected(dtype);
        var batch = Batch(expected);
        using (var model = Scenarios.ReferenceModel(dtype))
        {
            Scenarios.Distance(AnswerLoss.Mean(model, batch, PooledWeights(batch)).reshape(1), expected.Read("loss_base")).ShouldBeLessThan(tolerance);
        }

        using (var model = Scenarios.ReferenceModelWithAdapter(dtype))
        {
            Scenarios.Distance(AnswerLoss.Mean(model, batch, PooledWeights(batch)).reshape(1), expected.Read("loss_lora")).ShouldBeLessThan(tolerance);
            var perSample = AnswerLoss.PerSample(model, batch);
            perSample[0].ShouldBe(expected.Read("loss_ex0").to(ScalarType.Float64).item<double>(), 5 * tolerance);
            perSample[1].ShouldBe(expected.Read("loss_ex1").to(ScalarType.Float64).item<double>(), 5 * tolerance);
        }
    }

    /// <summary>
    /// The reference file's own <c>grad.*</c> repeat <c>grad_ex1.*</c> bit for bit (they were stored after another backward pass had
    /// overwritten them), so the batch is held against the mean of its samples' reference gradients, weighted by answer tokens.
    /// </summary>
    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void Gradients_of_a_batch_are_the_weighted_mean_of_those_of_PEFT(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.ReferenceModelWithAdapter(dtype);
        using var expected = Expected(dtype);
        var batch = Batch(expected);
        AnswerLoss.Mean(model, batch, PooledWeights(batch)).backward();
        CompareGradients(model, name => ((expected.Read($"grad_ex0.{name}") * 14) + (expected.Read($"grad_ex1.{name}") * 10)) / 24, tolerance);
    }

    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void The_gradient_of_one_sample_alone_is_that_of_PEFT(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var expected = Expected(dtype);
        var batch = Batch(expected);
        for (var sample = 0; sample < 2; sample++)
        {
            using var model = Scenarios.ReferenceModelWithAdapter(dtype);
            AnswerLoss.Mean(model, new TokenBatch([batch.Tokens[sample]], [batch.AnswerStart[sample]])).backward();
            var prefix = $"grad_ex{sample}.";
            expected.Entries.Count(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal)).ShouldBe(model.LoraParameters.Count);
            CompareGradients(model, name => expected.Read(prefix + name), tolerance);
        }
    }

    [SharedDataFact]
    public void The_story_model_continues_greedily_with_the_200_reference_ids()
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Load(SharedData.Require("reference/stories260K"));
        using var expected = new SafetensorsFile(SharedData.Require("reference/stories260K/expected_f32.safetensors"));
        var ids = Array.ConvertAll(expected.Read("greedy_ids_200").ToArray<long>(), id => (int)id);
        int[] story = [ids[0], .. model.Generate([ids[0]], 199, eosId: -1)];
        story.ShouldBe(ids);
        SentencePieceTokenizer.Load(SharedData.Require("reference/stories260K/tok512.model")).Decode(story)
            .ShouldStartWith("Once upon a time, there was a little girl");
    }

    [SharedDataTheory]
    [MemberData(nameof(Types))]
    public void The_story_model_has_the_reference_logits_and_loss(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Load(SharedData.Require("reference/stories260K"), dtype);
        using var expected = new SafetensorsFile(SharedData.Require($"reference/stories260K/{Scenarios.NameOf(dtype)}"));
        var ids = expected.Read("greedy_ids_200").narrow(1, 0, 64).contiguous();
        Scenarios.Distance(model.Logits(model.Hidden(ids, [64])), expected.Read("logits_first64")).ShouldBeLessThan(tolerance);
        int[][] tokens = [Array.ConvertAll(ids.ToArray<long>(), id => (int)id)];
        Scenarios.Distance(AnswerLoss.Mean(model, TokenBatch.LanguageModel(tokens)).reshape(1), expected.Read("loss_first64")).ShouldBeLessThan(tolerance);
    }

    private static void CompareGradients(MistralModel model, Func<string, Tensor> expected, double tolerance)
    {
        foreach (var (name, value) in model.LoraParameters)
        {
            var stored = expected($"base_model.model.{name.Replace(".weight", ".default.weight", StringComparison.Ordinal)}");
            Scenarios.Distance(value.grad!, stored).ShouldBeLessThan(tolerance, name);
        }
    }

    private static SafetensorsFile Expected(ScalarType dtype) => new(SharedData.Require($"reference/mistral_tiny_nowindow/{Scenarios.NameOf(dtype)}"));

    /// <summary>The reference's samples: answers are where the labels are not −100, and what follows an answer is cut away.</summary>
    private static TokenBatch Batch(SafetensorsFile expected)
    {
        var ids = expected.Read("input_ids").ToArray<long>().Chunk(24).ToArray();
        var labels = expected.Read("labels").ToArray<long>().Chunk(24).ToArray();
        return new TokenBatch(
            [.. ids.Zip(labels, (row, label) => Array.ConvertAll(row[..(Array.FindLastIndex(label, id => id >= 0) + 1)], id => (int)id))],
            [.. labels.Select(label => Array.FindIndex(label, id => id >= 0))]);
    }

    /// <summary>Hugging Face averages over all answer tokens of the batch at once; weights turn our mean of means into that.</summary>
    private static double[] PooledWeights(TokenBatch batch)
    {
        var counts = batch.Tokens.Zip(batch.AnswerStart, (tokens, start) => (double)(tokens.Length - start)).ToArray();
        return [.. counts.Select(count => count * batch.Count / counts.Sum())];
    }
}
