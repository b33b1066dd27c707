using System.Text.Json.Nodes;
using TorchSharp;
using ZiGong.Contracts;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>Adapters in PEFT layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
public static class PeftAdapter
{
    private const string ConfigName = "adapter_config.json";
    private const string WeightsName = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";

    /// <summary>Writes the model's adapter so that PEFT can load it.</summary>
    /// <param name="model">A model with an adapter.</param>
    /// <param name="folder">Created if it is not there.</param>
    /// <param name="baseModel">What PEFT writes as base_model_name_or_path.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    public static void Save(MistralModel model, string folder, string baseModel)
    {
        var options = model.Lora ?? throw new InvalidOperationException("The model has no adapter to save.");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, ConfigName), ToJson(options, baseModel));
        SafetensorsFile.Write(
            Path.Combine(folder, WeightsName),
            model.LoraParameters.Select(parameter => (Prefix + parameter.Name, parameter.Value)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Attaches the adapter of a folder to a model that has none.</summary>
    /// <exception cref="InputException">
    /// A file is missing or damaged, PEFT options that this model does not compute are set, or a tensor is missing, foreign or of another shape.
    /// </exception>
    public static void Load(MistralModel model, string folder)
    {
        var options = ReadOptions(folder);
        using var file = new SafetensorsFile(Path.Combine(folder, WeightsName));
        model.AttachLora(options, seed: 0);
        try
        {
            CopyInto(model.LoraParameters, file);
        }
        catch
        {
            model.DetachLora();
            throw;
        }
    }

    /// <summary>Copies a file's tensors over an adapter's matrices. PEFT's older spelling <c>lora_A.default.weight</c> is accepted.</summary>
    /// <exception cref="InputException">A tensor is missing, foreign, or of another shape.</exception>
    public static void CopyInto(IReadOnlyList<(string Name, Tensor Value)> parameters, SafetensorsFile file)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var stored = file.Entries.ToDictionary(entry => entry.Name.Replace(".default.weight", ".weight", StringComparison.Ordinal), StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (!stored.Remove(Prefix + name, out var entry))
            {
                throw new InputException($"{file.Path}: tensor {Prefix}{name} [{string.Join(", ", value.shape)}] is missing.");
            }

            if (!entry.Shape.AsSpan().SequenceEqual(value.shape))
            {
                throw new InputException(
                    $"{file.Path}: tensor {entry.Name} has shape {entry.ShapeText}, but the model and its adapter_config.json ask for "
                    + $"[{string.Join(", ", value.shape)}].");
            }

            value.copy_(file.Read(entry.Name));
        }

        if (stored.Count > 0)
        {
            throw new InputException($"{file.Path}: tensor {stored.Values.First().Name} belongs to no adapted projection of this model.");
        }
    }

    /// <summary>Reads a folder's <c>adapter_config.json</c>.</summary>
    /// <exception cref="InputException">It is missing, damaged, or asks for a variant of LoRA that is not computed here.</exception>
    public static LoraOptions ReadOptions(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such file; an adapter folder in PEFT layout has one.");
        }

        var fields = new ConfigFields(File.ReadAllText(path), path);
        if (fields.Text("peft_type") is not "LORA")
        {
            throw new InputException($"{path}: peft_type is {fields.Text("peft_type") ?? "missing"}; only LORA is supported.");
        }

        fields.Refuse("bias", "none");
        fields.Refuse("fan_in_fan_out", false);
        fields.Refuse("use_rslora", false);
        fields.Refuse("use_dora", false);
        fields.Refuse("lora_bias", false);
        fields.Refuse("modules_to_save", null);
        fields.Refuse("layers_to_transform", null);
        fields.Refuse("rank_pattern", new JsonObject());
        fields.Refuse("alpha_pattern", new JsonObject());
        return new LoraOptions(fields.Positive("r"), fields.Number("lora_alpha", 8), fields.Texts("target_modules"));
    }

    private static string ToJson(LoraOptions options, string baseModel)
    {
        var json = new JsonObject
        {
            ["alpha_pattern"] = new JsonObject(),
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["layers_pattern"] = null,
            ["layers_to_transform"] = null,
            ["lora_alpha"] = options.Alpha,
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = options.Rank,
            ["rank_pattern"] = new JsonObject(),
            ["revision"] = null,
            ["target_modules"] = new JsonArray([.. options.Targets.Select(target => JsonValue.Create(target))]),
            ["task_type"] = "CAUSAL_LM",
        };
        return json.ToJsonString(MistralConfig.IndentedJson) + "\n";
    }
}
