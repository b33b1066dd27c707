using ZiGong.Contracts;

namespace ZiGong.Credit.Templates;

/// <summary>The encodings of several tasks over one data set: each sample is read as its own task words it. All share a tokenizer.</summary>
public sealed class TaskEncodings(IReadOnlyDictionary<string, TextEncoding> byTask) : IPromptEncoder
{
    private readonly TextEncoding _any = byTask.Values.First();

    public int VocabularySize => _any.VocabularySize;

    public int PadId => _any.PadId;

    public int EosId => _any.EosId;

    /// <exception cref="InputException">The sample's task has no encoding.</exception>
    public EncodedPrompt Encode(Sample sample) => Of(sample).Encode(sample);

    public string Render(Sample sample) => Of(sample).Render(sample);

    public string Decode(ReadOnlySpan<int> tokens) => _any.Decode(tokens);

    private TextEncoding Of(Sample sample) => byTask.TryGetValue(sample.Task, out var own)
        ? own
        : throw new InputException($"sample {sample.Id} is of task '{sample.Task}'; the data set has {string.Join(", ", byTask.Keys)}");
}
