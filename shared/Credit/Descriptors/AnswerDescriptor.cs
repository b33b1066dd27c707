using ZiGong.Credit.Tasks;

namespace ZiGong.Credit.Descriptors;

/// <summary>How a row comes to its answer: a choice from the label's column, or a text from a column, a template, questions or rules.</summary>
public sealed record AnswerDescriptor
{
    /// <summary>The class that all free answers belong to, where something is counted or shared out by class.</summary>
    public const string FreeClass = "text";

    public AnswerKind Kind { get; init; } = AnswerKind.Choice;

    /// <summary>Column of the label or of the answer's text; empty where the answer is made from fields.</summary>
    public string Column { get; init; } = "";

    /// <summary>File value → answer; empty when <see cref="AtLeast"/> decides.</summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>();

    /// <summary>Numeric rule: a value of at least this is <see cref="Positive"/>, any other the first other allowed answer.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The task's answers in the order of the instruction; empty for text.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>The bad outcome; empty for text.</summary>
    public string Positive { get; init; } = "";

    /// <summary>The answer's text with <c>{{field}}</c> in it.</summary>
    public string? Template { get; init; }

    /// <summary>Questions of which each row is asked one.</summary>
    public IReadOnlyList<QuestionDescriptor> Questions { get; init; } = [];

    /// <summary>Rules of which the answer names those that the row breaks.</summary>
    public IReadOnlyList<RuleDescriptor> Rules { get; init; } = [];

    /// <summary>The answer for a row that breaks no rule.</summary>
    public string NoViolation { get; init; } = "none";

    /// <summary>Whether the answer is a free text.</summary>
    public bool IsFree => Kind == AnswerKind.Text;

    /// <summary>What samples are counted by: the allowed answers, or one class for all free texts.</summary>
    public IReadOnlyList<string> Classes => IsFree ? [FreeClass] : Allowed;

    /// <summary>The class of an answer.</summary>
    public string ClassOf(string answer) => IsFree ? FreeClass : answer;
}

/// <summary>A question with its answer, both with <c>{{field}}</c> in them.</summary>
public sealed record QuestionDescriptor(string Ask, string Answer);

/// <summary>A rule that a row breaks when its field is above or below a limit, has one of some values, or is missing; exactly one of these is given.</summary>
public sealed record RuleDescriptor
{
    /// <summary>As prompt and answer call it.</summary>
    public required string Name { get; init; }

    public required string Field { get; init; }

    public double? Above { get; init; }

    public double? Below { get; init; }

    /// <summary>Values as in the file.</summary>
    public IReadOnlyList<string> In { get; init; } = [];

    public bool Missing { get; init; }

    /// <summary>Whether a row with this value breaks the rule; null is a missing value.</summary>
    public bool IsBroken(string? value)
    {
        if (value is null || Missing)
        {
            return value is null && Missing;
        }

        return In.Count > 0
            ? In.Contains(value)
            : double.Parse(value, System.Globalization.CultureInfo.InvariantCulture) is var number && (number > Above || number < Below);
    }
}
