namespace ZiGong.Credit;

/// <summary>Where a subject belongs for life, by its hash.</summary>
public enum Pool
{
    Train,
    Reference,
    Test,
}

/// <summary>What a sample does in one snapshot; idle when it is outside its pool's window.</summary>
public enum Side
{
    Idle,
    Train,
    Reference,
    Test,
}

/// <summary>One labelled observation of a subject for a task.</summary>
/// <param name="Id">32 hex digits: hash of everything below, so equal content has equal id.</param>
/// <param name="Dataset">The descriptor's name.</param>
/// <param name="Task">The task, e.g. <c>credit-scoring</c>.</param>
/// <param name="Subject">Keyed hash of the lender's id of the borrower; the id itself is never stored.</param>
/// <param name="NaturalKey">What a correction is recognised by: a later sample with the same natural key supersedes this one. A keyed hash.</param>
/// <param name="Fields">Field name to value: numbers in invariant form, codes as in the file; a missing value is an absent key.</param>
/// <param name="Answer">One of the task's allowed answers.</param>
/// <param name="ObservedAt">When the behaviour was observed; null where the data has no time.</param>
/// <param name="LabelKnownAt">When the answer could be known; null where the data has no time.</param>
public sealed record Sample(
    string Id,
    string Dataset,
    string Task,
    string Subject,
    string NaturalKey,
    IReadOnlyDictionary<string, string> Fields,
    string Answer,
    DateTimeOffset? ObservedAt,
    DateTimeOffset? LabelKnownAt);

/// <summary>A row that was refused: which line and field, why, and the offending value (shortened) unless it may name a borrower.</summary>
public sealed record Rejection(long Line, string Field, string Reason, string Value);

/// <summary>A sample as token ids.</summary>
/// <param name="Prompt">Starts with the beginning-of-sequence token; no padding.</param>
/// <param name="Answers">Token ids of each allowed answer, each ending with end-of-sequence.</param>
/// <param name="Truth">Index of the true answer in <paramref name="Answers"/>.</param>
public sealed record EncodedPrompt(int[] Prompt, int[][] Answers, int Truth);

/// <summary>Turns samples into token ids: the compact encoding of nano, or instruction text through a tokenizer.</summary>
public interface IPromptEncoder
{
    int VocabularySize { get; }

    int PadId { get; }

    int EosId { get; }

    EncodedPrompt Encode(Sample sample);

    /// <summary>The prompt as a person reads it, without the answer.</summary>
    string Render(Sample sample);

    string Decode(ReadOnlySpan<int> tokens);
}
