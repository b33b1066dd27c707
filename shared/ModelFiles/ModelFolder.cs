using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>What of a model folder in Hugging Face layout can be read without tensors: its configuration and its tokenizer.</summary>
public static class ModelFolder
{
    /// <summary>The one file of weights, where there are no shards.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Lists the shards of the weights.</summary>
    public const string Index = "model.safetensors.index.json";

    private const string Config = "config.json";
    private const string Tokenizer = "tokenizer.model";

    /// <summary>
    /// Names of the files that shape the model: configuration, tokenizer if there is one, and weights. Whatever else lies there is never read.
    /// </summary>
    /// <exception cref="InputException">There is no such folder, or a file that it needs is missing.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException($"{folder}: there is no such folder.");
        }

        var index = Path.Combine(folder, Index);
        List<string> files = [Config, .. File.Exists(Path.Combine(folder, Tokenizer)) ? [Tokenizer] : (string[])[]];
        files.AddRange(File.Exists(Path.Combine(folder, Weights)) || !File.Exists(index)
            ? [Weights]
            : [
                Index,
                .. new ConfigFields(File.ReadAllText(index), index).TextMap("weight_map").Values.Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)]);
        return files.Find(f => f != Path.GetFileName(f) || !File.Exists(Path.Combine(folder, f))) is { } missing
            ? throw new InputException($"{Path.Combine(folder, missing)}: there is no such file; a model folder in Hugging Face layout has it.")
            : files;
    }

    /// <summary>Reads the folder's <c>config.json</c> alone.</summary>
    /// <exception cref="InputException">It is missing or does not describe a Mistral model.</exception>
    public static MistralConfig ReadConfig(string folder)
    {
        var path = Path.Combine(folder, Config);
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such file; a model folder in Hugging Face layout has one.");
        }

        return MistralConfig.FromJson(File.ReadAllText(path), path);
    }

    /// <summary>The folder's tokenizer.</summary>
    /// <exception cref="InputException">There is no <c>tokenizer.model</c>, it is damaged, or it has more pieces than the model.</exception>
    public static SentencePieceTokenizer ReadTokenizer(string folder)
    {
        var path = Path.Combine(folder, Tokenizer);
        if (!File.Exists(path))
        {
            var other = File.Exists(Path.Combine(folder, "tokenizer.json")) ? "; tokenizer.json alone is not enough" : string.Empty;
            throw new InputException($"{path}: there is no such file{other}. Put the model's SentencePiece file there.");
        }

        var tokenizer = SentencePieceTokenizer.Load(path);
        var vocabulary = ReadConfig(folder).VocabSize;
        return tokenizer.VocabularySize <= vocabulary
            ? tokenizer
            : throw new InputException($"{path}: the vocabulary has {tokenizer.VocabularySize} pieces, but config.json says vocab_size {vocabulary}.");
    }
}
