using System.Globalization;
using ZiGong.Contracts;
using static System.FormattableString;

namespace ZiGong.Credit.Descriptors;

/// <summary>How the bytes of a table are laid out.</summary>
public enum TableFormat
{
    Csv,
    Arff,
    Whitespace,
}

public enum FieldKind
{
    Numeric,
    Categorical,

    /// <summary>Words that only a model that reads words can take in.</summary>
    Text,
}

/// <summary>How samples are put on sides; <see cref="Auto"/> takes the strictest rule the data allow.</summary>
public enum SplitMode
{
    /// <summary>Windows where times are usable, else pools where subjects are known, else a stratified draw.</summary>
    Auto,

    /// <summary>By the subject's pool alone.</summary>
    Pools,

    /// <summary>By the subject's pool and the window of the observation.</summary>
    Windows,

    /// <summary>By window alone: the same subject may appear on both sides of time.</summary>
    OutOfTime,

    /// <summary>Seeded draw, stratified by answer, whole subjects at a time.</summary>
    Stratified,
}

/// <summary>Whether a sample is shown as "Label: value" lines or as sentences.</summary>
public enum PromptForm
{
    Table,
    Description,
}

/// <summary>How a table becomes samples: what a descriptor file says, checked and resolved.</summary>
public sealed record DatasetDescriptor
{
    public required string Name { get; init; }

    public int Version { get; init; } = 1;

    public required string Task { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Column with the lender's id of the borrower; null where each row is its own subject.</summary>
    public string? Subject { get; init; }

    /// <summary>Data sets with the same space share their borrowers' ids; the data set's name unless given.</summary>
    public required string SubjectSpace { get; init; }

    /// <summary>Columns that name a row for corrections; empty: file hash and line, so that equal rows are kept.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>
    /// Whether the observation time is part of what names a row: a time that the descriptor gives (a window's, a constant) always is; one from a
    /// column only where that is said, since it may be what a correction corrects.
    /// </summary>
    public bool TimeNamesRows => Key.Count == 0 || Windows.Count > 0 || ObservedAt.Column is null || ObservedAt.PartOfKey;

    /// <summary>Whether two rows of a file that have one key cannot have two times.</summary>
    public bool KeyFixesTime => !TimeNamesRows && !Key.Contains(ObservedAt.Column!);

    public required FormatDescriptor Format { get; init; }

    public ObservedAtDescriptor ObservedAt { get; init; } = new();

    /// <summary>Months from observation until the answer is known; null where the data have no time.</summary>
    public OutcomeHorizonDescriptor? OutcomeHorizon { get; init; }

    public SplitDescriptor Split { get; init; } = new();

    public SplitMode SplitMode => Split.Mode;

    /// <summary>Rows that fail any of these are left out and counted, not rejected.</summary>
    public IReadOnlyList<FilterDescriptor> Filters { get; init; } = [];

    /// <summary>All fields in prompt order, protected-only ones included.</summary>
    public required IReadOnlyList<FieldDescriptor> Fields { get; init; }

    public required AnswerDescriptor Answer { get; init; }

    /// <summary>Further tasks over the same rows; each row gives a sample of each.</summary>
    public IReadOnlyList<TaskDescriptor> MoreTasks { get; init; } = [];

    /// <summary>Observation windows of a table whose columns are months; empty: one sample a row.</summary>
    public IReadOnlyList<WindowDescriptor> Windows { get; init; } = [];

    /// <summary>Columns that carry the outcome and are refused as features.</summary>
    public IReadOnlyList<string> Leaks { get; init; } = [];

    public PromptDescriptor Prompt { get; init; } = new();

    /// <summary>The fields a model sees, in prompt order.</summary>
    public IEnumerable<FieldDescriptor> Features => Fields.Where(f => f.Feature);

    /// <summary>The features that have bins: all but texts.</summary>
    public IEnumerable<FieldDescriptor> BinnedFeatures => Features.Where(f => f.Kind != FieldKind.Text);

    /// <summary>
    /// Whether prompt or answer hold text, or prompts have to say which task they are of, so that one token a field cannot stand for a sample.
    /// </summary>
    public bool NeedsWords => Answer.IsFree || MoreTasks.Count > 0 || Features.Any(f => f.Kind == FieldKind.Text);

    /// <summary>One descriptor a task, the primary one first; all have the same fields.</summary>
    public IReadOnlyList<DatasetDescriptor> Tasks =>
        [
            this with { MoreTasks = [] },
            .. MoreTasks.Select(t => this with { Task = t.Task, Answer = t.Answer, Prompt = Prompt with { Instruction = t.Instruction }, MoreTasks = [] })];

    /// <summary>The descriptor of a sample's task.</summary>
    /// <exception cref="InputException">The descriptor has several tasks, and this is none of them.</exception>
    public DatasetDescriptor Of(string task) => MoreTasks.Count == 0
        ? this
        : Tasks.FirstOrDefault(t => t.Task == task) ?? throw new InputException(
            $"data set {Name} holds samples of task '{task}', which its descriptor does not name; it has {string.Join(", ", Tasks.Select(t => t.Task))}");

    /// <summary>What a sample is counted by: its answer, or one class for all free texts; of several tasks with the task's name.</summary>
    public string ClassOf(Sample sample) => MoreTasks.Count == 0
        ? Answer.ClassOf(sample.Answer)
        : $"{sample.Task}: {Of(sample.Task).Answer.ClassOf(sample.Answer)}";
}

/// <summary>A further task over a data set's rows.</summary>
/// <param name="Instruction">Own wording; null: that of the task.</param>
/// <param name="Weight">Instructions of it in the training data set for each one of the primary task; null: as many as were kept.</param>
public sealed record TaskDescriptor(string Task, AnswerDescriptor Answer, string? Instruction, double? Weight);

/// <summary>File layout; <see cref="Delimiter"/> and <see cref="Header"/> apply to CSV.</summary>
public sealed record FormatDescriptor
{
    public required TableFormat Kind { get; init; }

    public char Delimiter { get; init; } = ',';

    public bool Header { get; init; } = true;

    /// <summary>Values that mean "missing" in every column.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [""];
}

/// <summary>Where the observation time comes from: a column, a constant, or (both null) nowhere.</summary>
public sealed record ObservedAtDescriptor
{
    public string? Column { get; init; }

    public string Format { get; init; } = "yyyy-MM-dd";

    public DateTimeOffset? Constant { get; init; }

    /// <summary>Rows of one key and different times are different observations, not corrections of each other.</summary>
    public bool PartOfKey { get; init; }
}

/// <summary>The answer is known <see cref="Months"/> months after the observation, plus the months in <see cref="Column"/> if given.</summary>
public sealed record OutcomeHorizonDescriptor(int Months, string? Column = null)
{
    public const int LongestMonths = 1200;
}

/// <summary>How the data set is split by default; widths are calendar months.</summary>
public sealed record SplitDescriptor
{
    public SplitMode Mode { get; init; } = SplitMode.Auto;

    public int ReferenceMonths { get; init; } = 1;

    public int TestMonths { get; init; } = 1;

    /// <summary>Training labels may be known after the reference window begins; the report says so with <see cref="Title"/>.</summary>
    public bool Retrospective { get; init; }

    public string Title { get; init; } = "";
}

/// <summary>Keeps rows whose column has one of the values, or matches the whole pattern.</summary>
public sealed record FilterDescriptor
{
    public required string Column { get; init; }

    public IReadOnlyList<string> In { get; init; } = [];

    public string? Matches { get; init; }
}

/// <summary>One field of a sample.</summary>
public sealed record FieldDescriptor
{
    /// <summary>Key in <see cref="Sample.Fields"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Column name, or 1-based index in a file without header; empty where the windows say it.</summary>
    public required string Column { get; init; }

    /// <summary>Name for prompts.</summary>
    public required string Label { get; init; }

    public required FieldKind Kind { get; init; }

    /// <summary>Code in the file → words; empty: values are shown as they are. A code that is not listed rejects the row.</summary>
    public IReadOnlyDictionary<string, string> Codes { get; init; } = new Dictionary<string, string>();

    /// <summary>Fairness is reported for the groups of this field.</summary>
    public bool Protected { get; init; }

    /// <summary>Code → group for fairness, where several codes are one group.</summary>
    public IReadOnlyDictionary<string, string> Groups { get; init; } = new Dictionary<string, string>();

    /// <summary>Group borders of a numeric protected field: [25] makes "under 25" and "25 and over".</summary>
    public IReadOnlyList<double> Cuts { get; init; } = [];

    /// <summary>False: kept for fairness reports only, never shown to a model.</summary>
    public bool Feature { get; init; } = true;

    /// <summary>Tokens that mean "missing" in this column: the field's own and the file's.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [""];

    /// <summary>The value in words: the code book's, else as it is.</summary>
    public string Words(string value) => Codes.TryGetValue(value, out var words) ? words : value;

    /// <summary>The fairness group a value belongs to: by <see cref="Groups"/>, <see cref="Cuts"/>, or the value's own words.</summary>
    public string GroupOf(string value)
    {
        if (Cuts.Count == 0 || !double.TryParse(value, CultureInfo.InvariantCulture, out var number))
        {
            return Groups.TryGetValue(value, out var group) ? group : Words(value);
        }

        var above = Cuts.Count(cut => number >= cut);
        return above == 0 ? Invariant($"under {Cuts[0]}")
            : above == Cuts.Count ? Invariant($"{Cuts[^1]} and over")
            : Invariant($"{Cuts[above - 1]} to under {Cuts[above]}");
    }
}

/// <summary>One observation window of a table whose columns are months.</summary>
/// <param name="ObservedAt">First day of the window's last month.</param>
/// <param name="Columns">Field name → column of this window.</param>
/// <param name="Answer">Where this window's label comes from.</param>
public sealed record WindowDescriptor(DateTimeOffset ObservedAt, IReadOnlyDictionary<string, string> Columns, AnswerDescriptor Answer);

/// <summary>Wording of the instruction, as Handlebars templates; null parts take the form's default.</summary>
public sealed record PromptDescriptor
{
    public PromptForm Form { get; init; } = PromptForm.Table;

    /// <summary>Sees <c>allowed</c> and <c>task</c>.</summary>
    public string? Instruction { get; init; }

    /// <summary>One field; sees <c>label</c> and <c>value</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The whole prompt; sees <c>instruction</c>, <c>examples</c> and <c>input</c>.</summary>
    public string? Frame { get; init; }

    /// <summary>Words for a missing value; empty leaves the field out.</summary>
    public string MissingWords { get; init; } = "unknown";
}
