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
    /// <param name="weights">Folder artifact in PEFT layout, or null for freshly seeded ones.</param>
    public async Task<MistralModel> LoadAsync(string baseModel, LoraOptions lora, ulong seed, string? weights, CancellationToken ct)
    {
        var model = MistralModel.Load(await BaseFolderAsync(baseModel, ct));
        if (weights is null)
        {
            model.AttachLora(lora, seed);
            return model;
        }

        var folder = await artifacts.RequireFolderAsync(weights, ct);
        try
        {
            PeftAdapter.Load(model, folder);
            return model;
        }
        catch (InputException e)
        {
            // The pipeline wrote these weights itself: whatever is wrong with them, no user can correct it in an input.
            model.Dispose();
            throw new InvalidDataException($"stored weights {weights} cannot be read: {e.Message}", e);
        }
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

    /// <summary>
    /// What prompts for a base consist of, for keys: nano reads the encoding alone, any other base the template's words and its own
    /// tokenizer. A base that was given is known by its files, since its path says nothing of what lies there.
    /// </summary>
    public static string ReadsAs(SnapshotRow snapshot, string baseModel, TemplateForm form) => baseModel == "nano" || IsArtifact(baseModel)
        ? snapshot.Encoding
        : ContentHash.Of(
            [
                baseModel, $"{form}", snapshot.Descriptor,
                .. Directory.EnumerateFiles(baseModel).Order(StringComparer.Ordinal).Select(f => new FileInfo(f)).Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}"),
            ]);

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

/// <summary>A trainer's saved state is an adapter in PEFT layout with the optimizer's moments beside it.</summary>
public static class TrainerState
{
    public const string MomentsFile = "optimizer.safetensors";
}
