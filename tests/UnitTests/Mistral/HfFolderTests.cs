using System.Text.Json.Nodes;
using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class HfFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_saved_model_comes_back_exactly(bool tied)
    {
        using var model = MistralModel.Random(Scenarios.Small with { TieWordEmbeddings = tied, SlidingWindow = 9 }, 1);
        model.Save(_folder.Path);
        using var loaded = MistralModel.Load(_folder.Path);
        loaded.Config.ShouldBe(model.Config);
        SameWeights(loaded, model);
        ReferenceEquals(loaded.Head, loaded.Embedding).ShouldBe(tied);
    }

    [Fact]
    public void Weights_stored_as_bf16_are_read_as_float32_of_the_rounded_values()
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Random(Scenarios.Small, 1);
        model.Save(_folder.Path, ScalarType.BFloat16);
        new FileInfo(_folder.File("model.safetensors")).Length.ShouldBeLessThan(model.Parameters.Sum(parameter => parameter.Value.numel() * 2) + 8_000);
        using var loaded = MistralModel.Load(_folder.Path);
        foreach (var ((name, value), (_, original)) in loaded.Parameters.Zip(model.Parameters))
        {
            value.dtype.ShouldBe(ScalarType.Float32);
            value.SameAs(original.to(ScalarType.BFloat16).to(ScalarType.Float32)).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        model.Save(_folder.File("a"));
        model.Save(_folder.File("b"));
        File.ReadAllBytes(_folder.File("a/model.safetensors")).ShouldBe(File.ReadAllBytes(_folder.File("b/model.safetensors")));
    }

    [Fact]
    public void Shards_of_an_index_are_read_as_one_model()
    {
        using var model = SaveSharded();
        using var loaded = MistralModel.Load(_folder.Path);
        SameWeights(loaded, model);
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        SaveSharded().Dispose();
        File.Delete(_folder.File("model-00002-of-00002.safetensors"));
        LoadError().ShouldContain("the shard model-00002-of-00002.safetensors is not in the folder");
    }

    [Fact]
    public void A_shard_outside_the_folder_is_refused()
    {
        SaveSharded().Dispose();
        EditIndex(map => map["model.norm.weight"] = "../model.safetensors");
        LoadError().ShouldContain("../model.safetensors");
    }

    [Fact]
    public void A_tensor_that_is_not_in_the_shard_of_the_index_is_named()
    {
        SaveSharded().Dispose();
        EditIndex(map => map["model.norm.weight"] = map["model.embed_tokens.weight"]!.DeepClone());
        LoadError().ShouldContain("model.norm.weight");
    }

    [Fact]
    public void An_index_that_is_no_JSON_is_refused()
    {
        SaveSharded().Dispose();
        File.WriteAllText(_folder.File("model.safetensors.index.json"), "{\"weight_map\":");
        LoadError().ShouldContain("not valid JSON");
    }

    [Fact]
    public void A_truncated_weights_file_is_refused()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        model.Save(_folder.Path);
        using (var file = File.OpenWrite(_folder.File("model.safetensors")))
        {
            file.SetLength(file.Length / 2);
        }

        LoadError().ShouldContain("model.safetensors: tensor ");
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        WriteWeights(weights => weights.Remove("model.layers.1.mlp.up_proj.weight"));
        LoadError().ShouldContain("tensor model.layers.1.mlp.up_proj.weight [24, 16] is missing");
    }

    [Fact]
    public void A_wrong_shape_is_named_with_both_shapes_and_the_file()
    {
        WriteWeights(weights => weights["model.layers.1.mlp.up_proj.weight"] = ones([24, 15]));
        var message = LoadError();
        message.ShouldContain("model.safetensors: tensor model.layers.1.mlp.up_proj.weight has shape [24, 15]");
        message.ShouldContain("[24, 16]");
    }

    [Fact]
    public void Another_vocabulary_is_named_as_such()
    {
        WriteWeights(weights => weights["model.embed_tokens.weight"] = ones([60, 16]));
        LoadError().ShouldContain("has shape [60, 16], but config.json asks for [53, 16]. The vocabularies differ");
    }

    [Fact]
    public void A_tensor_that_no_Mistral_model_has_is_refused()
    {
        WriteWeights(weights => weights["model.layers.0.self_attn.q_proj.bias"] = ones([24]));
        LoadError().ShouldContain("q_proj.bias is not part of a Mistral model");
    }

    [Fact]
    public void A_folder_without_weights_or_configuration_is_refused()
    {
        LoadError().ShouldContain("config.json: there is no such file");
        File.WriteAllText(_folder.File("config.json"), Scenarios.Small.ToJson());
        LoadError().ShouldContain("neither model.safetensors nor model.safetensors.index.json");
    }

    [Fact]
    public void A_folder_with_tokenizer_json_alone_asks_for_the_SentencePiece_file()
    {
        File.WriteAllText(_folder.File("tokenizer.json"), "{}");
        Should.Throw<InputException>(() => ModelFolder.ReadTokenizer(_folder.Path)).Message.ShouldContain("tokenizer.json alone is not enough");
    }

    [SharedDataFact]
    public void A_tokenizer_larger_than_the_model_is_refused()
    {
        File.WriteAllText(_folder.File("config.json"), Scenarios.Small.ToJson());
        File.Copy(SharedData.Require("reference/stories260K/tok512.model"), _folder.File("tokenizer.model"));
        Should.Throw<InputException>(() => ModelFolder.ReadTokenizer(_folder.Path)).Message.ShouldContain("512 pieces, but config.json says vocab_size 53");
    }

    private string LoadError() => Should.Throw<InputException>(() => MistralModel.Load(_folder.Path).Dispose()).Message;

    private static void SameWeights(MistralModel actual, MistralModel expected)
    {
        actual.Parameters.Select(parameter => parameter.Name).ShouldBe(expected.Parameters.Select(parameter => parameter.Name));
        foreach (var ((name, a), (_, e)) in actual.Parameters.Zip(expected.Parameters))
        {
            a.SameAs(e).ShouldBeTrue(name);
        }
    }

    private void WriteWeights(Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Random(Scenarios.Small, 1);
        var weights = model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        change(weights);
        File.WriteAllText(_folder.File("config.json"), model.Config.ToJson());
        SafetensorsFile.Write(_folder.File("model.safetensors"), weights.Select(weight => (weight.Key, weight.Value)));
    }

    private MistralModel SaveSharded()
    {
        var model = MistralModel.Random(Scenarios.Small, 1);
        var map = new JsonObject();
        foreach (var (shard, part) in model.Parameters.Chunk(15).Index())
        {
            var name = $"model-0000{shard + 1}-of-00002.safetensors";
            SafetensorsFile.Write(_folder.File(name), part);
            foreach (var (tensor, _) in part)
            {
                map[tensor] = name;
            }
        }

        File.WriteAllText(_folder.File("config.json"), model.Config.ToJson());
        File.WriteAllText(_folder.File("model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        return model;
    }

    private void EditIndex(Action<JsonObject> edit)
    {
        var path = _folder.File("model.safetensors.index.json");
        var index = JsonNode.Parse(File.ReadAllText(path))!;
        edit(index["weight_map"]!.AsObject());
        File.WriteAllText(path, index.ToJsonString());
    }
}
