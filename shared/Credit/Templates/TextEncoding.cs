using ZiGong.Contracts;

namespace ZiGong.Credit.Templates;

/// <summary>Prompts as instruction text through a tokenizer, for models that read words.</summary>
/// <param name="template">Wording of the task.</param>
/// <param name="answers">The task's allowed answers, in order; none: each sample's own text is its only answer.</param>
/// <param name="tokens">The tokenizer.</param>
/// <param name="examples">Worked examples before every prompt; none by default.</param>
/// <exception cref="InputException">There are examples, but the frame of the descriptor has no place for them.</exception>
public sealed class TextEncoding(PromptTemplate template, IReadOnlyList<string> answers, TextTokens tokens, WorkedExamples? examples = null)
    : IPromptEncoder
{
    private readonly int[][] _answers = [.. answers.Select(answer => Answer(answer, tokens))];

    private readonly WorkedExamples? _examples = examples is null || template.TakesExamples
        ? examples
        : throw new InputException(
            "Templating:Shots is above 0, but the descriptor's prompt.frame has no {{#each examples}} … {{/each}}: add it, or set Templating:Shots=0");

    public int VocabularySize => tokens.VocabularySize;

    public int PadId => tokens.PadId;

    public int EosId => tokens.EosId;

    /// <exception cref="ArgumentException">The sample's answer is not among the allowed ones.</exception>
    public EncodedPrompt Encode(Sample sample)
    {
        var (own, truth) = answers.Count == 0 ? ([Answer(sample.Answer, tokens)], 0) : (_answers, IndexOf(sample.Answer));
        return new EncodedPrompt([tokens.BosId, .. tokens.Encode(Render(sample))], own, truth);
    }

    public string Render(Sample sample) => template.Prompt(sample, _examples?.For(sample));

    public string Decode(ReadOnlySpan<int> ids) => tokens.Decode(ids.ToArray());

    private static int[] Answer(string answer, TextTokens tokens) => [.. tokens.Encode(answer), tokens.EosId];

    private int IndexOf(string answer)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            if (answers[i] == answer)
            {
                return i;
            }
        }

        throw new ArgumentException($"the answer '{answer}' is not among {string.Join(", ", answers)}", nameof(answer));
    }
}

/// <summary>What text encoding needs of a tokenizer.</summary>
/// <param name="Encode">Text to ids, without begin and end of sequence.</param>
/// <param name="Decode">Ids to text.</param>
public sealed record TextTokens(Func<string, int[]> Encode, Func<int[], string> Decode, int VocabularySize, int BosId, int EosId, int PadId);
