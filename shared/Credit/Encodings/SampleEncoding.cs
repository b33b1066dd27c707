using System.Collections.Immutable;
using System.Security.Cryptography;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Encodings;

/// <summary>
/// The compact encoding of a data set: quantile bins, vocabulary and prompt layout, fitted on the training side only and kept as one
/// versioned artifact. A prompt is <c>&lt;s&gt;</c>, one token <c>field=bin</c> per feature in the descriptor's order, <c>&lt;answer&gt;</c>;
/// an answer is one token and <c>&lt;/s&gt;</c>. So every prompt has the same length. Where prompts or answers hold text, the bins still serve
/// scorecard and drift, but no model reads them.
/// </summary>
public sealed class SampleEncoding : IPromptEncoder
{
    /// <summary>Raise when the same samples would become other tokens.</summary>
    public const int CurrentVersion = 1;

    private const int Pad = 0;
    private const int Bos = 1;
    private const int Eos = 2;
    private const int AnswerMark = 4;
    private static readonly string[] Specials = ["<pad>", "<s>", "</s>", "<unk>", "<answer>"];

    private readonly int[] _firstToken; // of each field

    internal SampleEncoding(string dataset, string task, IReadOnlyList<string> answers, string positive, IReadOnlyList<FieldBins> fields)
    {
        Dataset = dataset;
        Task = task;
        Answers = answers;
        Positive = positive;
        Fields = fields;
        Layout = new OneHotLayout(fields.Select(f => f.Size));
        _firstToken = [.. Enumerable.Range(0, fields.Count).Select(f => Specials.Length + answers.Count + Layout.First(f))];
        Vocabulary = [.. Specials, .. answers, .. fields.SelectMany(f => Enumerable.Range(0, f.Size).Select(b => $"{f.Name}={f.NameOf(b)}"))];
    }

    public string Dataset { get; }

    public string Task { get; }

    /// <summary>The allowed answers, in the order of <see cref="EncodedPrompt.Answers"/>.</summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>The answer that stands for the bad outcome.</summary>
    public string Positive { get; }

    /// <summary>Index of <see cref="Positive"/> in <see cref="Answers"/>.</summary>
    public int PositiveIndex => IndexOf(Positive);

    /// <summary>The features in prompt order.</summary>
    public IReadOnlyList<FieldBins> Fields { get; }

    /// <summary>Columns of the one-hot form of <see cref="Bin"/>.</summary>
    public OneHotLayout Layout { get; }

    /// <summary>Text of every token id.</summary>
    public ImmutableArray<string> Vocabulary { get; }

    public int VocabularySize => Vocabulary.Length;

    public int PadId => Pad;

    public int EosId => Eos;

    /// <summary>Length of every prompt.</summary>
    public int PromptLength => Fields.Count + 2;

    /// <exception cref="InputException">No training samples, no features, or a value of a numeric field that is no number.</exception>
    public static SampleEncoding Fit(DatasetDescriptor descriptor, IReadOnlyList<Sample> train, EncodingOptions? options = null)
    {
        if (train.Count == 0)
        {
            throw new InputException($"{descriptor.Name}: the training side holds no samples to fit bins on; check filters, windows and rejections");
        }

        var fields = descriptor.BinnedFeatures.Select(f => BinFitting.Fit(f, train, options ?? new EncodingOptions())).ToArray();
        return fields.Length > 0 || descriptor.NeedsWords
            ? new SampleEncoding(descriptor.Name, descriptor.Task, [.. descriptor.Answer.Allowed], descriptor.Answer.Positive, fields)
            : throw new InputException($"{descriptor.Name}: the descriptor has no field with feature: true, so there is nothing to show a model");
    }

    /// <summary>Bin of each field, in the order of <see cref="Fields"/>.</summary>
    public int[] Bin(Sample sample)
    {
        var bins = new int[Fields.Count];
        for (var f = 0; f < bins.Length; f++)
        {
            bins[f] = Fields[f].Bin(sample);
        }

        return bins;
    }

    /// <exception cref="InputException">The sample's answer is not an allowed one.</exception>
    public EncodedPrompt Encode(Sample sample)
    {
        var prompt = new int[PromptLength];
        prompt[0] = Bos;
        for (var f = 0; f < Fields.Count; f++)
        {
            prompt[f + 1] = _firstToken[f] + Fields[f].Bin(sample);
        }

        prompt[^1] = AnswerMark;
        return new EncodedPrompt(prompt, [.. Answers.Select((_, i) => new[] { Specials.Length + i, Eos })], TruthOf(sample));
    }

    /// <summary>Whether the sample's answer is the bad outcome.</summary>
    public bool IsPositive(Sample sample) => TruthOf(sample) == PositiveIndex;

    public string Render(Sample sample) => string.Join(' ', Fields.Select(f => $"{f.Name}={f.Describe(f.Bin(sample))}"));

    /// <summary>Texts of the tokens, parted by spaces; padding, beginning and end of sequence are left out.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var words = new List<string>(tokens.Length);
        foreach (var token in tokens)
        {
            if (token is not (Pad or Bos or Eos))
            {
                words.Add(token >= 0 && token < VocabularySize ? Vocabulary[token] : Specials[3]);
            }
        }

        return string.Join(' ', words);
    }

    /// <summary>The artifact's bytes; equal encodings give equal bytes.</summary>
    public byte[] ToJson() => EncodingJson.Write(this);

    /// <exception cref="InputException">Damaged, of another version, or its vocabulary does not follow from its bins.</exception>
    public static SampleEncoding FromJson(ReadOnlySpan<byte> json) => EncodingJson.Read(json);

    /// <summary>SHA-256 of <see cref="ToJson"/> in hex: part of every key that depends on the tokens.</summary>
    public string ContentHash() => Convert.ToHexStringLower(SHA256.HashData(ToJson()));

    private int IndexOf(string answer)
    {
        for (var i = 0; i < Answers.Count; i++)
        {
            if (string.Equals(Answers[i], answer, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private int TruthOf(Sample sample) => IndexOf(sample.Answer) is var truth and >= 0
        ? truth
        : throw new InputException(
            $"sample {sample.Id} of {sample.Dataset} ({sample.NaturalKey}): the answer \"{sample.Answer}\" is not one of {string.Join(", ", Answers)}");
}
