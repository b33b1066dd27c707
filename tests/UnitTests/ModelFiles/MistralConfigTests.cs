using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.ModelFiles;

public sealed class MistralConfigTests
{
    private const string Minimal = """
        {"model_type":"mistral","vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32}
        """;

    [Fact]
    public void A_configuration_comes_back_from_its_own_json()
    {
        var config = MistralConfig.Nano(777) with { SlidingWindow = 64, TieWordEmbeddings = true, RopeTheta = 1e6, RmsNormEps = 1e-6 };
        MistralConfig.FromJson(config.ToJson(), "config.json").ShouldBe(config);
        MistralConfig.FromJson(Scenarios.Small.ToJson(), "config.json").ShouldBe(Scenarios.Small);
    }

    [Fact]
    public void Absent_fields_take_the_defaults_of_transformers()
    {
        var config = MistralConfig.FromJson(Minimal, "config.json");
        (config.KvHeads, config.HeadDim, config.SlidingWindow, config.RmsNormEps, config.RopeTheta).ShouldBe((8, 128, 4096, 1e-6, 10_000));
        (config.TieWordEmbeddings, config.BosTokenId, config.EosTokenId, config.MaxPositions).ShouldBe((false, 1, 2, 131_072));
    }

    [Fact]
    public void Rope_theta_is_found_where_transformers_5_writes_it() =>
        MistralConfig.FromJson(With("rope_parameters", """{"rope_theta":1000000.0,"rope_type":"default"}"""), "config.json").RopeTheta.ShouldBe(1e6);

    [Fact]
    public void Nano_has_about_one_million_parameters()
    {
        using var model = MistralModel.Random(MistralConfig.Nano(600), 1);
        model.Parameters.Sum(parameter => parameter.Value.numel()).ShouldBeInRange(850_000, 1_150_000);
    }

    [SharedDataFact]
    public void The_configuration_of_the_story_model_is_read()
    {
        var config = ModelFolder.ReadConfig(SharedData.Require("reference/stories260K"));
        (config.VocabSize, config.HiddenSize, config.Layers, config.Heads, config.KvHeads, config.HeadDim, config.SlidingWindow)
            .ShouldBe((512, 64, 5, 8, 4, 8, null));
    }

    [Theory]
    [InlineData("model_type", "\"qwen2\"", "model_type is \"qwen2\"")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act")]
    [InlineData("attention_bias", "true", "attention_bias")]
    [InlineData("rope_scaling", """{"factor":2}""", "rope_scaling")]
    [InlineData("rope_parameters", """{"rope_theta":1e4,"rope_type":"yarn"}""", "yarn")]
    [InlineData("quantization_config", """{"bits":4}""", "quantization_config")]
    [InlineData("vocab_size", "null", "vocab_size is missing")]
    [InlineData("vocab_size", "0", "vocab_size is 0")]
    [InlineData("hidden_size", "\"4096\"", "hidden_size")]
    [InlineData("num_hidden_layers", "1.5", "num_hidden_layers")]
    [InlineData("num_key_value_heads", "5", "not a multiple")]
    [InlineData("head_dim", "7", "head_dim is 7")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps")]
    [InlineData("eos_token_id", "\"</s>\"", "eos_token_id")]
    public void What_this_model_does_not_compute_is_refused_by_name(string field, string value, string message)
    {
        var error = Should.Throw<InputException>(() => MistralConfig.FromJson(With(field, value), "some/config.json"));
        error.Message.ShouldStartWith("some/config.json");
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"vocab_size":1,"vocab_size":2}""")]
    public void What_is_not_a_JSON_object_is_refused(string json) =>
        Should.Throw<InputException>(() => MistralConfig.FromJson(json, "config.json")).Message.ShouldStartWith("config.json: ");

    private static string With(string field, string value)
    {
        var json = JsonNode.Parse(Minimal)!.AsObject();
        json[field] = JsonNode.Parse(value);
        return json.ToJsonString();
    }
}
