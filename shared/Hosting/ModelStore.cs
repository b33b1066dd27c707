using Microsoft.Extensions.Caching.Memory;
using TorchSharp;
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
/// <param name="artifacts">Holds what the pipeline made.</param>
/// <param name="device">Where models are put; null: the CPU.</param>
public sealed class ModelStore(ArtifactStore artifacts, torch.Device? device = null) : IDisposable
{
    // A run's examples never change, and every unit needs them.
    // Those of the runs at work; a service that goes on for months must not keep those of every night.
    private readonly MemoryCache _examples = new(new MemoryCacheOptions { SizeLimit = 64 });

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

    /// <summary>The base alone, on this process's device.</summary>
    public async Task<MistralModel> LoadBaseAsync(string baseModel, CancellationToken ct) =>
        MistralModel.Load(await BaseFolderAsync(baseModel, ct), device: device);

    /// <summary>The base with fresh or stored LoRA parameters attached.</summary>
    /// <param name="weights">Folder artifact in PEFT layout, or null for freshly seeded ones.</param>
    public async Task<MistralModel> LoadAsync(string baseModel, LoraOptions lora, ulong seed, string? weights, CancellationToken ct)
    {
        var model = await LoadBaseAsync(baseModel, ct);
        try
        {
            if (weights is null)
            {
                model.AttachLora(lora, seed);
                return model;
            }

            PeftAdapter.Load(model, await artifacts.RequireFolderAsync(weights, ct));
            return model;
        }
        catch (InputException e) when (weights is not null)
        {
            // The pipeline wrote these weights itself: whatever is wrong with them, no user can correct it in an input.
            model.Dispose();
            throw new InvalidDataException($"stored weights {weights} cannot be read: {e.Message}", e);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public async Task<SampleEncoding> EncodingAsync(string hash, CancellationToken ct) =>
        SampleEncoding.FromJson(await File.ReadAllBytesAsync(await artifacts.RequireAsync(hash, ct), ct));

    /// <summary>Nano reads the compact encoding, or the instruction's bytes; any other base reads instructions through its own tokenizer.</summary>
    /// <param name="db">Holds the training side that worked examples are drawn from.</param>
    /// <param name="options">Of the run that the prompts belong to.</param>
    /// <exception cref="InputException">The data set holds texts, which the compact encoding cannot, or it has too few borrowers for the examples.</exception>
    public async Task<IPromptEncoder> EncoderAsync(PipelineDb db, SnapshotRow snapshot, string baseModel, RunOptions options, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var templating = options.Templating;
        if (!ReadsWords(baseModel, templating))
        {
            return descriptor.NeedsWords
                ? throw new InputException($"data set {descriptor.Name} holds texts, which the compact nano cannot read: set Templating:Nano=Words")
                : await EncodingAsync(snapshot.Encoding, ct);
        }

        var tokens = await TokensAsync(baseModel, ct);
        var byTask = new Dictionary<string, TextEncoding>(StringComparer.Ordinal);
        foreach (var task in descriptor.Tasks)
        {
            var examples = await ExamplesAsync(db, snapshot.SnapshotId, task, options, ct);
            byTask.Add(task.Task, new TextEncoding(TemplateOf(task, templating.Form), task.Answer.Allowed, tokens, examples));
        }

        return byTask.Count == 1 ? byTask[descriptor.Task] : new TaskEncodings(byTask);
    }

    /// <summary>The worked examples of one of a run's tasks; null where it has none.</summary>
    /// <param name="task">The descriptor of that task alone.</param>
    public async Task<WorkedExamples?> ExamplesAsync(PipelineDb db, string snapshot, DatasetDescriptor task, RunOptions options, CancellationToken ct)
    {
        var (shots, seed) = (options.Templating.Shots, options.Seed);
        if (shots == 0)
        {
            return null;
        }

        var key = (snapshot, task.Task, shots, seed);
        if (_examples.TryGetValue(key, out WorkedExamples? known))
        {
            return known;
        }

        var training = (await db.MembersAsync(snapshot, Side.Train, ct)).Select(m => m.Sample).ToList();
        return _examples.Set(
            key,
            WorkedExamples.Draw(training.FindAll(s => s.Task == task.Task), task.Answer, shots, SeededRandom.Derive((ulong)seed, "shots")),
            new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });
    }

    public void Dispose() => _examples.Dispose();

    /// <summary>Whether a base is shown instructions in words (or their bytes) rather than one token a field.</summary>
    public static bool ReadsWords(string baseModel, TemplatingOptions templating) => !IsNano(baseModel) || templating.Nano == NanoReading.Words;

    private async Task<TextTokens> TokensAsync(string baseModel, CancellationToken ct)
    {
        if (IsNano(baseModel))
        {
            return ByteTokens.Tokens;
        }

        var tokenizer = HfFolder.ReadTokenizer(await BaseFolderAsync(baseModel, ct));
        return new TextTokens(tokenizer.Encode, ids => tokenizer.Decode(ids), tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId, tokenizer.EosId);
    }

    /// <summary>
    /// What prompts for a base consist of, for keys: the compact nano reads the encoding alone, any other base the template's words and its own
    /// tokenizer. A base that was given is known by its files, since its path says nothing of what lies there. Worked examples are known by
    /// the snapshot they are drawn from, so with them no night reuses what another has made.
    /// </summary>
    public static string ReadsAs(SnapshotRow snapshot, string baseModel, RunOptions options)
    {
        var templating = options.Templating;
        return !ReadsWords(baseModel, templating)
            ? snapshot.Encoding
            : ContentHash.Of(
            [
                .. IsNano(baseModel) ? [$"bytes {ByteTokens.Version}"] : (string[])[baseModel],
                $"{templating.Form}", snapshot.Descriptor,
                .. templating.Shots == 0 ? [] : (string[])["shots", $"{templating.Shots}", $"{options.Seed}", snapshot.SnapshotId],
                .. IsNano(baseModel) ? [] : Directory.EnumerateFiles(baseModel).Order(StringComparer.Ordinal).Select(f => new FileInfo(f)).Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}"),
            ]);
    }

    public static PromptTemplate TemplateOf(DatasetDescriptor descriptor, TemplateForm form) => new(
        descriptor,
        form switch
        {
            TemplateForm.Table => PromptForm.Table,
            TemplateForm.Description => PromptForm.Description,
            _ => null,
        });

    private static bool IsNano(string baseModel) => baseModel == "nano" || IsArtifact(baseModel);

    private static bool IsArtifact(string baseModel) => baseModel.Length == 64 && baseModel.All(char.IsAsciiHexDigitLower);
}

/// <summary>A trainer's saved state is an adapter in PEFT layout with the optimizer's moments beside it.</summary>
public static class TrainerState
{
    public const string MomentsFile = "optimizer.safetensors";
}
