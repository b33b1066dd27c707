using System.Text.Json.Nodes;
using Shouldly;
using TorchSharp;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

/// <summary>Small models, the reference folders and temporary places for the tests of shared/Mistral.</summary>
internal static class Scenarios
{
    /// <summary>Three layers, two query heads to a key head: every part of the architecture at the smallest size.</summary>
    public static MistralConfig Small { get; } = new()
    {
        VocabSize = 53,
        HiddenSize = 16,
        IntermediateSize = 24,
        Layers = 3,
        Heads = 4,
        KvHeads = 2,
        HeadDim = 6, // not hidden / heads: no code may assume that
        MaxPositions = 64,
        InitializerRange = 0.3,
    };

    public static LoraOptions EveryProjection { get; } = new(Rank: 2, Alpha: 4, Targets: LoraOptions.AllTargets);

    /// <summary>Ids within the small vocabulary, the same for the same seed.</summary>
    public static int[] Ids(ulong seed, int count)
    {
        var random = new ZiGong.Contracts.SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(Small.VocabSize))];
    }

    public static Tensor Rows(params int[][] samples)
    {
        var width = samples.Max(sample => sample.Length);
        var flat = samples.SelectMany(sample => sample.Concat(Enumerable.Repeat(0, width - sample.Length))).Select(id => (long)id).ToArray();
        return tensor(flat, [samples.Length, width]);
    }

    /// <summary>A small model with an adapter whose B is not zero, so that it matters.</summary>
    public static MistralModel WithAdapter(MistralConfig config, ScalarType dtype = ScalarType.Float64)
    {
        var model = MistralModel.Random(config, 5, dtype);
        model.AttachLora(EveryProjection, 6);
        FillB(model);
        return model;
    }

    public static void FillB(MistralModel model)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var random = new ZiGong.Contracts.SeededRandom(7);
        foreach (var (name, value) in model.LoraParameters.Where(parameter => parameter.Name.Contains("lora_B", StringComparison.Ordinal)))
        {
            var values = Enumerable.Range(0, (int)value.numel()).Select(_ => 0.3 * random.NextGaussian()).ToArray();
            value.copy_(tensor(values, value.shape));
        }
    }

    /// <summary>The independent reference model as a Hugging Face folder: its config.json is nested in the notes of the reference.</summary>
    public static MistralModel ReferenceModel(ScalarType dtype)
    {
        using var folder = new TemporaryFolder();
        var source = SharedData.Require("reference/mistral_tiny_nowindow");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!["config"]!;
        File.WriteAllText(folder.File("config.json"), config.ToJsonString());
        File.Copy(Path.Combine(source, "model.safetensors"), folder.File("model.safetensors"));
        return MistralModel.Load(folder.Path, dtype);
    }

    public static MistralModel ReferenceModelWithAdapter(ScalarType dtype)
    {
        var model = ReferenceModel(dtype);
        model.AttachLora(new LoraOptions(Rank: 4, Alpha: 8, Targets: LoraOptions.AllTargets), 0);
        using var file = new SafetensorsFile(SharedData.Require("reference/mistral_tiny_nowindow/lora.safetensors"));
        PeftAdapter.CopyInto(model.LoraParameters, file);
        return model;
    }

    /// <summary>The likeliest tokens, each computed with everything before it.</summary>
    public static int[] Uncached(MistralModel model, int[] prompt, int count)
    {
        using var scope = NewDisposeScope();
        List<int> ids = [.. prompt];
        for (var i = 0; i < count; i++)
        {
            var logits = model.Logits(model.Hidden(Rows([.. ids]), [ids.Count]));
            ids.Add((int)logits[0, ids.Count - 1].argmax().item<long>());
        }

        return [.. ids.Skip(prompt.Length)];
    }

    /// <summary>One shape, one type and every element equal. (TorchSharp's own equal goes element by element.)</summary>
    public static bool SameAs(this Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        return actual.shape.AsSpan().SequenceEqual(expected.shape) && actual.dtype == expected.dtype && actual.eq(expected).all().item<bool>();
    }

    /// <summary>Largest difference, relative to the largest expected value.</summary>
    public static double Distance(Tensor actual, Tensor expected)
    {
        actual.shape.ShouldBe(expected.shape);
        using var scope = NewDisposeScope();
        var (a, e) = (actual.detach().to(ScalarType.Float64), expected.detach().to(ScalarType.Float64));
        return (a - e).abs().max().item<double>() / e.abs().max().item<double>();
    }

    public static string NameOf(ScalarType dtype) => dtype == ScalarType.Float64 ? "expected_f64.safetensors" : "expected_f32.safetensors";
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("zigong-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
