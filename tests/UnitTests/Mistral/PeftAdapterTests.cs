using System.Text.Json.Nodes;
using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class PeftAdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fresh_adapter_changes_nothing_and_detaching_restores_the_base()
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Random(Scenarios.Small, 1);
        var ids = Scenarios.Rows(Scenarios.Ids(1, 9));
        var bare = model.Hidden(ids, [9]);
        model.AttachLora(Scenarios.EveryProjection, 2);
        model.Hidden(ids, [9]).SameAs(bare).ShouldBeTrue();
        Scenarios.FillB(model);
        Scenarios.Distance(model.Hidden(ids, [9]), bare).ShouldBeGreaterThan(0.01);
        model.DetachLora();
        model.Hidden(ids, [9]).SameAs(bare).ShouldBeTrue();
        (model.Lora, model.LoraParameters.Count).ShouldBe((null, 0));
    }

    [Fact]
    public void Lora_parameters_come_in_canonical_order_and_start_as_in_PEFT()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        model.AttachLora(new LoraOptions(Rank: 8, Targets: ["v_proj", "down_proj", "q_proj"]), 2); // the order given does not matter
        model.LoraParameters.Take(6).Select(parameter => parameter.Name).ShouldBe(
        [
            "model.layers.0.self_attn.q_proj.lora_A.weight", "model.layers.0.self_attn.q_proj.lora_B.weight",
            "model.layers.0.self_attn.v_proj.lora_A.weight", "model.layers.0.self_attn.v_proj.lora_B.weight",
            "model.layers.0.mlp.down_proj.lora_A.weight", "model.layers.0.mlp.down_proj.lora_B.weight",
        ]);
        model.LoraParameters.Count.ShouldBe(18);
        var down = model.Layers[1].Down.ShouldBeOfType<LoraLinear>();
        (down.A.shape, down.B.shape, down.Scale).ShouldSatisfyAllConditions(
            lora => lora.Item1.ShouldBe([8, 24]), lora => lora.Item2.ShouldBe([16, 8]), lora => lora.Item3.ShouldBe(2));
        var values = down.A.ToArray<float>();
        values.Max(Math.Abs).ShouldBeInRange(0.9f / MathF.Sqrt(24), 1 / MathF.Sqrt(24)); // uniform within 1/√in
        values.Average().ShouldBe(0, 0.05f);
        down.B.ToArray<float>().ShouldAllBe(value => value == 0);
        model.Layers[1].O.ShouldBeOfType<Linear>();
    }

    [Fact]
    public void The_default_adapter_is_rank_8_on_q_k_v()
    {
        using var model = MistralModel.Random(MistralConfig.Nano(50), 1);
        model.AttachLora(new LoraOptions(), 1);
        model.LoraParameters.Sum(parameter => parameter.Value.numel()).ShouldBe(4 * 8 * ((128 + 128) + (128 + 64) + (128 + 64)));
        model.Lora!.Scale.ShouldBe(2);
    }

    [Fact]
    public void An_adapter_comes_back_from_its_folder_exactly()
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        PeftAdapter.Save(model, _folder.Path, "base/folder");
        using var other = MistralModel.Random(Scenarios.Small, 5);
        PeftAdapter.Load(other, _folder.Path);
        foreach (var ((name, value), (_, expected)) in other.LoraParameters.Zip(model.LoraParameters))
        {
            value.SameAs(expected).ShouldBeTrue(name);
            value.requires_grad.ShouldBeTrue();
        }

        var ids = Scenarios.Rows(Scenarios.Ids(1, 9));
        other.Hidden(ids, [9]).SameAs(model.Hidden(ids, [9])).ShouldBeTrue();
    }

    [Fact]
    public void The_files_have_the_names_and_fields_that_PEFT_reads()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        PeftAdapter.Save(model, _folder.Path, "base/folder");
        using var file = new SafetensorsFile(_folder.File("adapter_model.safetensors"));
        file.Entries.Select(entry => entry.Name).ShouldContain("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
        file.Entries.Select(entry => entry.Name).ShouldContain("base_model.model.model.layers.2.mlp.down_proj.lora_B.weight");
        file.Entries.Count.ShouldBe(3 * 7 * 2);
        var config = JsonNode.Parse(File.ReadAllText(_folder.File("adapter_config.json")))!;
        (config["peft_type"]!.GetValue<string>(), config["task_type"]!.GetValue<string>(), config["base_model_name_or_path"]!.GetValue<string>())
            .ShouldBe(("LORA", "CAUSAL_LM", "base/folder"));
        (config["r"]!.GetValue<int>(), config["lora_alpha"]!.GetValue<double>(), config["lora_dropout"]!.GetValue<double>(), config["bias"]!.GetValue<string>())
            .ShouldBe((2, 4.0, 0.0, "none"));
        config["target_modules"]!.AsArray().Select(node => node!.GetValue<string>()).ShouldBe(LoraOptions.AllTargets);
        (config["inference_mode"]!.GetValue<bool>(), config["fan_in_fan_out"]!.GetValue<bool>()).ShouldBe((true, false));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("bias", "\"all\"")]
    [InlineData("use_rslora", "true")]
    [InlineData("use_dora", "true")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("rank_pattern", "{\"q_proj\":4}")]
    [InlineData("r", "0")]
    [InlineData("target_modules", "\"all-linear\"")]
    [InlineData("target_modules", "[\"query_key_value\"]")]
    public void A_variant_of_LoRA_that_is_not_computed_is_refused(string field, string value)
    {
        var message = LoadError(config => config[field] = JsonNode.Parse(value));
        message.ShouldContain(field == "target_modules" && value.StartsWith('[') ? "query_key_value" : field);
    }

    [Fact]
    public void An_adapter_of_another_shape_is_refused_with_both_shapes() =>
        LoadError(config => config["r"] = 3).ShouldContain("has shape [2, 16], but the model and its adapter_config.json ask for [3, 16]");

    [Fact]
    public void An_adapter_with_a_missing_or_foreign_tensor_is_refused()
    {
        LoadError(config => config["target_modules"] = new JsonArray("q_proj")).ShouldContain("belongs to no adapted projection");
        using var file = new SafetensorsFile(_folder.File("adapter_model.safetensors"));
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(_folder.File("few"), file.Entries.Skip(1).Select(entry => (entry.Name, file.Read(entry.Name))));
        using var few = new SafetensorsFile(_folder.File("few"));
        using var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        Should.Throw<InputException>(() => PeftAdapter.CopyInto(model.LoraParameters, few)).Message.ShouldContain($"{file.Entries[0].Name} ");
    }

    [Fact]
    public void An_adapter_is_attached_once_and_only_where_projections_are()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        Should.Throw<InputException>(() => model.AttachLora(new LoraOptions(Targets: ["q_proj", "w_q"]), 1)).Message.ShouldContain("w_q");
        Should.Throw<InputException>(() => model.AttachLora(new LoraOptions(Rank: 0), 1)).Message.ShouldContain("rank 0");
        Should.Throw<InputException>(() => model.AttachLora(new LoraOptions(Targets: []), 1));
        Should.Throw<InvalidOperationException>(() => PeftAdapter.Save(model, _folder.Path, "base"));
        model.AttachLora(new LoraOptions(), 1);
        Should.Throw<InvalidOperationException>(() => model.AttachLora(new LoraOptions(), 1));
    }

    [Fact]
    public void A_matrix_that_does_not_fit_is_refused_with_all_shapes()
    {
        using var scope = NewDisposeScope();
        var linear = new Linear("model.layers.0.self_attn.q_proj", zeros([6, 4]));
        Should.Throw<ArgumentException>(() => new LoraLinear(linear, zeros([2, 5]), zeros([6, 2]), 1)).Message
            .ShouldContain("[6, 4]; LoRA A [2, 5] and B [6, 2]");
    }

    /// <summary>Saves an adapter on every projection, edits its configuration, and loads it; the model must be left as it was.</summary>
    private string LoadError(Action<JsonObject> edit)
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        PeftAdapter.Save(model, _folder.Path, "base");
        model.DetachLora();
        var path = _folder.File("adapter_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(config);
        File.WriteAllText(path, config.ToJsonString());
        var message = Should.Throw<InputException>(() => PeftAdapter.Load(model, _folder.Path)).Message;
        model.Lora.ShouldBeNull();
        return message;
    }
}
