using System.Collections.Concurrent;
using ZiGong.Contracts;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.Training;

/// <summary>
/// The base that adapters are trained on. Nano is drawn from a seed (it has seen nothing at all, so no label of any sample that
/// may be scored) and stored as bf16 in Hugging Face layout; any other name is the folder of a given model.
/// </summary>
public sealed class BaseModels(ArtifactStore artifacts, Encoders encoders)
{
    // Prompts are bytes and no fields, so they are longer.
    private const int WordPositions = 4096;

    private readonly ConcurrentDictionary<(string Reads, long Seed), string> _made = new();

    /// <summary>Hash of the nano's folder artifact, or the given path.</summary>
    /// <exception cref="InputException">The given folder does not exist.</exception>
    public async Task<string> RequireAsync(string name, string encoding, RunOptions options, CancellationToken ct)
    {
        if (name != "nano")
        {
            await artifacts.BaseFolderAsync(name, ct);
            return Path.GetFullPath(name);
        }

        var (words, seed) = (Bases.ReadsWords(name, options.Templating), options.Seed);
        var reads = words ? "bytes" : encoding;
        if (_made.TryGetValue((reads, seed), out var known) && await artifacts.HasFolderAsync(known, ct))
        {
            return known;
        }

        var config = words
            ? MistralConfig.Nano(ByteTokens.Tokens.VocabularySize) with { MaxPositions = WordPositions }
            : MistralConfig.Nano((await encoders.EncodingAsync(encoding, ct)).VocabularySize);
        return _made[(reads, seed)] = await MakeNanoAsync(config, seed, ct);
    }

    private async Task<string> MakeNanoAsync(MistralConfig config, long seed, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("zigong-nano-").FullName;
        try
        {
            using var model = MistralModel.Random(config with { InitializerRange = 0.1 }, SeededRandom.Derive((ulong)seed, "nano base"));
            model.Save(folder, TorchSharp.torch.ScalarType.BFloat16);
            return await artifacts.PutFolderAsync(folder, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
