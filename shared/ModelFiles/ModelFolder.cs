using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>What of a model folder in Hugging Face layout can be read without tensors: its configuration and its tokenizer.</summary>
public static class ModelFolder
{
    /// <summary>Reads the folder's <c>config.json</c> alone.</summary>
    /// <exception cref="InputException">It is missing or does not describe a Mistral model.</exception>
    public static MistralConfig ReadConfig(string folder)
    {
        var path = Path.Combine(folder, "config.json");
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
        var path = Path.Combine(folder, "tokenizer.model");
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
