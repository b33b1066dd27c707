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
    public required IReadOnlyList<(string Prompt, string Answer)> Prompts { get; init; }

    /// <summary>The form of <see cref="Prompts"/>, the descriptor's own.</summary>
    public required PromptForm Form { get; init; }

    /// <summary>The form the descriptor does not choose by itself (<c>Templating:Form</c> does).</summary>
    public required PromptForm OtherForm { get; init; }

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
        long rows = 0, samples = 0, filtered = 0, lastLine = 0;
        var rejections = new RejectionCount();
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var keys = new RepeatedKeys(descriptor);
        var answers = descriptor.Tasks.SelectMany(t => t.Answer.Classes.Select(c => descriptor.MoreTasks.Count == 0 ? c : $"{t.Task}: {c}")).ToDictionary(answer => answer, _ => 0L, StringComparer.Ordinal);
        var missing = descriptor.Fields.ToDictionary(f => f.Name, _ => 0L, StringComparer.Ordinal);
        var shown = new List<Sample>();
        (DateTimeOffset? From, DateTimeOffset? To) range = default;
        foreach (var (line, sample, rejection) in results)
        {
            rows += line == lastLine ? 0 : 1;
            lastLine = line;
            filtered += sample is null && rejection is null ? 1 : 0;
            rejections.Add(rejection);
            if (sample is null)
            {
                continue;
            }

            samples++;
            subjects.Add(sample.Subject);
            keys.Add(sample);
            answers[descriptor.ClassOf(sample)]++;
            CountMissing(sample, missing);
            range = Widen(range, sample.ObservedAt);
            Show(sample, shown);
        }

        var templates = descriptor.Tasks.ToDictionary(t => t.Task, t => new PromptTemplate(t), StringComparer.Ordinal);
        PromptTemplate TemplateOf(Sample sample) => templates.TryGetValue(sample.Task, out var own) ? own : templates[descriptor.Task];
        var template = templates[descriptor.Task];
        var other = new PromptTemplate(descriptor, template.Form == PromptForm.Table ? PromptForm.Description : PromptForm.Table);
        return new DatasetReport
        {
            Dataset = descriptor.Name,
            Rows = rows,
            Samples = samples,
            Filtered = filtered,
            Rejected = rejections.All,
            Subjects = subjects.Count,
            RepeatedKeys = keys.Count,
            KeysWithTwoTimes = keys.WithOtherTime,
            Answers = answers,
            FirstObserved = range.From,
            LastObserved = range.To,
            Missing = missing.Where(pair => pair.Value > 0).ToDictionary(StringComparer.Ordinal),
            FirstRejections = rejections.First,
            RejectionKinds = rejections.Kinds,
            Form = template.Form,
            Prompts = [.. shown.Select(sample => (TemplateOf(sample).Prompt(sample), sample.Answer))],
            OtherForm = other.Form,
            OtherPrompt = shown.Find(s => s.Task == descriptor.Task) is { } first ? (other.Prompt(first), first.Answer) : null,
        };
    }

    private static void CountMissing(Sample sample, Dictionary<string, long> missing)
    {
        if (sample.Fields.Count == missing.Count)
        {
            return;
        }

        foreach (var name in missing.Keys)
        {
            missing[name] += sample.Fields.ContainsKey(name) ? 0 : 1;
        }
    }

    private static (DateTimeOffset? From, DateTimeOffset? To) Widen((DateTimeOffset? From, DateTimeOffset? To) range, DateTimeOffset? time) =>
        time is null ? range : (range.From < time ? range.From : time, range.To > time ? range.To : time);

    /// <summary>Prefers answers not shown yet, so that both classes are seen even where one is rare.</summary>
    private static void Show(Sample sample, List<Sample> shown)
    {
        const int Most = 3;
        if (shown.Count < Most)
        {
            shown.Add(sample);
        }
        else if (shown.All(other => other.Task != sample.Task) || (shown[^1].Task == sample.Task && shown.All(other => other.Answer != sample.Answer)))
        {
            shown[^1] = sample;
        }
    }

    private sealed class RejectionCount
    {
        // A badly broken file is counted up to this many kinds; the rest still count as rejected.
        private const int MostKinds = 1000;

        private readonly Dictionary<(string Field, string Reason), long> _kinds = [];

        public long All { get; private set; }

        public List<Rejection> First { get; } = [];

        public IReadOnlyList<(string Field, string Reason, long Count)> Kinds =>
        [
            .. _kinds.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key).Select(kind => (kind.Key.Field, kind.Key.Reason, kind.Value)),
        ];

        public void Add(Rejection? rejection)
        {
            if (rejection is null)
            {
                return;
            }

            All++;
            if (First.Count < ShownRejections)
            {
                First.Add(rejection);
            }

            var kind = (rejection.Field, rejection.Reason);
            if (_kinds.TryGetValue(kind, out var count) || _kinds.Count < MostKinds)
            {
                _kinds[kind] = count + 1;
            }
        }
    }
}
