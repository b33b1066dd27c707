using Microsoft.Extensions.Caching.Memory;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Templates;
using ZiGong.ModelFiles;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>What turns samples into the tokens of a base, by what the database says of them (see <see cref="Bases"/>).</summary>
/// <param name="artifacts">Holds what the pipeline made.</param>
/// <param name="folders">Names bases that were given.</param>
public sealed class Encoders(ArtifactStore artifacts, BaseFolders folders) : IDisposable
{
    // A run's examples never change, and every unit needs them.
    // Those of the runs at work; a service that goes on for months must not keep those of every night.
    private readonly MemoryCache _examples = new(new MemoryCacheOptions { SizeLimit = 64 });

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
        if (!Bases.ReadsWords(baseModel, templating))
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
            byTask.Add(task.Task, new TextEncoding(PromptTemplate.Of(task, templating.Form), task.Answer.Allowed, tokens, examples));
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

    private async Task<TextTokens> TokensAsync(string baseModel, CancellationToken ct)
    {
        if (Bases.IsNano(baseModel))
        {
            return ByteTokens.Tokens;
        }

        var tokenizer = ModelFolder.ReadTokenizer(await artifacts.BaseFolderAsync(baseModel, ct));
        return new TextTokens(tokenizer.Encode, ids => tokenizer.Decode(ids), tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId, tokenizer.EosId);
    }

    /// <summary>A base as keys name it: by its content, wherever it lies and whenever its files were written.</summary>
    /// <exception cref="InputException">There is no such folder, or a file of it is missing.</exception>
    public Task<string> NameOfAsync(string baseModel, CancellationToken ct) =>
        Bases.IsNano(baseModel) ? Task.FromResult(baseModel) : folders.ContentAsync(baseModel, ct);

    /// <summary>
    /// What prompts for a base consist of, for keys: the compact nano reads the encoding alone, any other base the template's words and its own
    /// tokenizer. Worked examples are known by the snapshot they are drawn from, so with them no night reuses what another has made.
    /// </summary>
    /// <exception cref="InputException">There is no such folder, or a file of it is missing.</exception>
    public async Task<string> ReadsAsAsync(SnapshotRow snapshot, string baseModel, RunOptions options, CancellationToken ct)
    {
        var templating = options.Templating;
        return !Bases.ReadsWords(baseModel, templating)
            ? snapshot.Encoding
            : ContentHash.Of(
            [
                Bases.IsNano(baseModel) ? $"bytes {ByteTokens.Version}" : await NameOfAsync(baseModel, ct),
                $"{templating.Form}", snapshot.Descriptor,
                .. templating.Shots == 0 ? [] : (string[])["shots", $"{templating.Shots}", $"{options.Seed}", snapshot.SnapshotId],
            ]);
    }
}
