using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Templates;
using ZiGong.Mistral;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Hosting;

/// <summary>
/// Finds models and encoders by what the database says of them. A base is the hash of a folder artifact (the nano that this
/// pipeline made) or the path of a Hugging Face folder that somebody gave.
/// </summary>
public sealed class ModelStore(ArtifactStore artifacts)
{
    public async Task<string> BaseFolderAsync(string baseModel, CancellationToken ct)
    {
        if (IsArtifact(baseModel))
        {
            return await artifacts.RequireFolderAsync(baseModel, ct);
        }

        return Directory.Exists(baseModel)
            ? baseModel
            : throw new InputException($"base model '{baseModel}' is neither nano nor a folder; give the path of a Hugging Face Mistral folder");
    }

    /// <summary>The base with fresh or stored LoRA parameters attached.</summary>
    /// <param name="weights">Folder artifact with <c>lora.safetensors</c>, or null for freshly seeded ones.</param>
    public async Task<MistralModel> LoadAsync(string baseModel, LoraOptions lora, ulong seed, string? weights, CancellationToken ct)
    {
        var model = MistralModel.Load(await BaseFolderAsync(baseModel, ct));
        model.AttachLora(lora, seed);
        if (weights is not null)
        {
            var folder = await artifacts.RequireFolderAsync(weights, ct);
            using var file = new SafetensorsFile(Path.Combine(folder, TrainerState.WeightsFile));
            PeftAdapter.CopyInto(model.LoraParameters, file);
        }

        return model;
    }

    public async Task<SampleEncoding> EncodingAsync(string hash, CancellationToken ct) =>
        SampleEncoding.FromJson(await File.ReadAllBytesAsync(await artifacts.RequireAsync(hash, ct), ct));

    /// <summary>Nano reads the compact encoding; any other base reads instructions through its own tokenizer.</summary>
    public async Task<IPromptEncoder> EncoderAsync(SnapshotRow snapshot, string baseModel, TemplateForm form, CancellationToken ct)
    {
        if (baseModel == "nano" || IsArtifact(baseModel))
        {
            return await EncodingAsync(snapshot.Encoding, ct);
        }

        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var tokenizer = HfFolder.ReadTokenizer(await BaseFolderAsync(baseModel, ct));
        var tokens = new TextTokens(tokenizer.Encode, ids => tokenizer.Decode(ids), tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId, tokenizer.EosId);
        return new TextEncoding(TemplateOf(descriptor, form), descriptor.Answer.Allowed, tokens);
    }

    public static PromptTemplate TemplateOf(DatasetDescriptor descriptor, TemplateForm form) => new(
        descriptor,
        form switch
        {
            TemplateForm.Table => PromptForm.Table,
            TemplateForm.Description => PromptForm.Description,
            _ => null,
        });

    private static bool IsArtifact(string baseModel) => baseModel.Length == 64 && baseModel.All(char.IsAsciiHexDigitLower);
}

/// <summary>Names of the files in a trainer's saved state.</summary>
public static class TrainerState
{
    public const string WeightsFile = "lora.safetensors";
    public const string MomentsFile = "optimizer.safetensors";
}
