using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.Credit.Templates;

namespace ZiGong.Credit.Reading;

/// <summary>What a data set looks like through its descriptor; made in one pass, in constant memory but for the subjects and keys that are counted.</summary>
public sealed record DatasetReport
{
    public required string Dataset { get; init; }

    public required long Rows { get; init; }

    public required long Samples { get; init; }

    public required long Filtered { get; init; }

    public required long Rejected { get; init; }

    public required int Subjects { get; init; }

    /// <summary>Samples whose key an earlier row has: of a key only the last one counts.</summary>
    public required long RepeatedKeys { get; init; }

    /// <summary>Those of them with another time, for which the file would be refused.</summary>
    public required long KeysWithTwoTimes { get; init; }

    /// <summary>Answer → samples, in the descriptor's order; an answer that never occurs has 0.</summary>
    public required IReadOnlyDictionary<string, long> Answers { get; init; }

    public DateTimeOffset? FirstObserved { get; init; }

    public DateTimeOffset? LastObserved { get; init; }

    /// <summary>Field → samples without it; fields that are never missing are left out.</summary>
    public required IReadOnlyDictionary<string, long> Missing { get; init; }

    /// <summary>The first rejections, at most <see cref="DatasetCheck.ShownRejections"/>.</summary>
    public required IReadOnlyList<Rejection> FirstRejections { get; init; }

    /// <summary>Rejections per field and reason, most frequent first.</summary>
    public required IReadOnlyList<(string Field, string Reason, long Count)> RejectionKinds { get; init; }

    /// <summary>Up to three rendered prompts with their answers: the first sample of each answer first.</summary>
    public IReadOnlyList<(string Prompt, string Answer)> Prompts { get; init; } = [];

    /// <summary>The form of <see cref="Prompts"/>, the descriptor's own.</summary>
    public PromptForm Form { get; init; }

    /// <summary>The form the descriptor does not choose by itself (<c>Templating:Form</c> does).</summary>
    public PromptForm OtherForm { get; init; }

    /// <summary>The first prompt again in the other form; null without samples.</summary>
    public (string Prompt, string Answer)? OtherPrompt { get; init; }
}

/// <summary>Reads a whole table and reports on it.</summary>
public static class DatasetCheck
{
    public const int ShownRejections = 20;

    public static DatasetReport Run(DatasetDescriptor descriptor, string path, SubjectHasher hasher, CancellationToken cancellation) =>
        Run(descriptor, SampleReader.Read(descriptor, path, hasher, cancellation));

    public static DatasetReport Run(DatasetDescriptor descriptor, IEnumerable<ReadResult> results)
    {
        var counts = new TableCounts(descriptor);
        foreach (var result in results)
        {
            counts.Add(result);
        }

        return WithPrompts(descriptor, counts.Shown, counts.Report());
    }

    /// <summary>What the model is shown of the first samples, and the first of them in the form that the descriptor does not choose.</summary>
    private static DatasetReport WithPrompts(DatasetDescriptor descriptor, IReadOnlyList<Sample> shown, DatasetReport report)
    {
        var templates = descriptor.Tasks.ToDictionary(t => t.Task, t => new PromptTemplate(t), StringComparer.Ordinal);
        PromptTemplate TemplateOf(Sample sample) => templates.TryGetValue(sample.Task, out var own) ? own : templates[descriptor.Task];
        var form = templates[descriptor.Task].Form;
        var other = new PromptTemplate(descriptor, form == PromptForm.Table ? PromptForm.Description : PromptForm.Table);
        return report with
        {
            Form = form,
            Prompts = [.. shown.Select(sample => (TemplateOf(sample).Prompt(sample), sample.Answer))],
            OtherForm = other.Form,
            OtherPrompt = shown.FirstOrDefault(s => s.Task == descriptor.Task) is { } first ? (other.Prompt(first), first.Answer) : null,
        };
    }
}
