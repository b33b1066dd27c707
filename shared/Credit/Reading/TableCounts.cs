using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Reading;

/// <summary>What is counted in one pass over a table.</summary>
internal sealed class TableCounts(DatasetDescriptor descriptor)
{
    private readonly RejectionCount _rejections = new();
    private readonly HashSet<string> _subjects = new(StringComparer.Ordinal);
    private readonly RepeatedKeys _keys = new(descriptor);
    private readonly Dictionary<string, long> _answers = descriptor.Tasks
        .SelectMany(t => t.Answer.Classes.Select(c => descriptor.MoreTasks.Count == 0 ? c : $"{t.Task}: {c}"))
        .ToDictionary(answer => answer, _ => 0L, StringComparer.Ordinal);

    private readonly Dictionary<string, long> _missing = descriptor.Fields.ToDictionary(f => f.Name, _ => 0L, StringComparer.Ordinal);
    private readonly List<Sample> _shown = [];
    private long _rows;
    private long _samples;
    private long _filtered;
    private long _lastLine;
    private (DateTimeOffset? From, DateTimeOffset? To) _range;

    /// <summary>Up to three samples, of different answers where there are such.</summary>
    public IReadOnlyList<Sample> Shown => _shown;

    public void Add(ReadResult result)
    {
        var (line, sample, rejection) = result;
        _rows += line == _lastLine ? 0 : 1;
        _lastLine = line;
        _filtered += sample is null && rejection is null ? 1 : 0;
        _rejections.Add(rejection);
        if (sample is null)
        {
            return;
        }

        _samples++;
        _subjects.Add(sample.Subject);
        _keys.Add(sample);
        _answers[descriptor.ClassOf(sample)]++;
        CountMissing(sample, _missing);
        _range = Widen(_range, sample.ObservedAt);
        Show(sample, _shown);
    }

    /// <summary>All but the prompts.</summary>
    public DatasetReport Report() => new()
    {
        Dataset = descriptor.Name,
        Rows = _rows,
        Samples = _samples,
        Filtered = _filtered,
        Rejected = _rejections.All,
        Subjects = _subjects.Count,
        RepeatedKeys = _keys.Count,
        KeysWithTwoTimes = _keys.WithOtherTime,
        Answers = _answers,
        FirstObserved = _range.From,
        LastObserved = _range.To,
        Missing = _missing.Where(pair => pair.Value > 0).ToDictionary(StringComparer.Ordinal),
        FirstRejections = _rejections.First,
        RejectionKinds = _rejections.Kinds,
    };

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
}
