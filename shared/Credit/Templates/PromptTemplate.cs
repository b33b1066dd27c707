using HandlebarsDotNet;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Tasks;

namespace ZiGong.Credit.Templates;

/// <summary>
/// A task's samples as instructions with their allowed answers, in table form ("Label: value" lines) or description form (CALM's
/// "The state of X is Y."). Values are data: nothing in them is escaped, and braces in them mean nothing. Thread safe.
/// </summary>
public sealed class PromptTemplate
{
    private const string TableField = "{{label}}: {{value}}\n";
    private const string DescriptionField = "The state of {{label}} is {{value}}. ";
    private const string PlainFrame = "{{instruction}}\n\n{{#each examples}}{{input}}\nAnswer: {{answer}}\n\n{{/each}}{{input}}\nAnswer:";

    private readonly DatasetDescriptor _descriptor;
    private readonly FieldDescriptor[] _features;
    private readonly HandlebarsTemplate<object, object> _input;
    private readonly HandlebarsTemplate<object, object> _frame;

    /// <param name="descriptor">The data set with its wording.</param>
    /// <param name="form">Table or description; the descriptor's own choice if null.</param>
    /// <exception cref="InputException">A template of the descriptor cannot be compiled.</exception>
    public PromptTemplate(DatasetDescriptor descriptor, PromptForm? form = null)
    {
        _descriptor = descriptor;
        _features = [.. descriptor.Features];
        Form = form ?? descriptor.Prompt.Form;
        var own = Form == descriptor.Prompt.Form ? descriptor.Prompt.Field : null;
        var field = own ?? (Form == PromptForm.Table ? TableField : DescriptionField);
        (_input, _) = Compile("field", $"{{{{#each fields}}}}{field}{{{{/each}}}}", Fields([("label", "value")]));
        (_frame, _) = Compile("frame", descriptor.Prompt.Frame ?? PlainFrame, Frame("instruction", "input", []));
        (_, Instruction) = Compile(
            "instruction",
            descriptor.Prompt.Instruction ?? TaskCatalog.Instruction(descriptor.Task, descriptor.Answer.Kind),
            Words(descriptor));
        if (descriptor.Answer.Rules.Count > 0 && descriptor.Prompt.Instruction is null)
        {
            Instruction =
                $"{Instruction} The rules: {FreeAnswers.RuleNames(descriptor.Answer)}. Without a violation the answer is '{descriptor.Answer.NoViolation}'.";
        }
    }

    public PromptForm Form { get; }

    /// <summary>In the form that a run's options name.</summary>
    /// <param name="descriptor">Of one task alone.</param>
    public static PromptTemplate Of(DatasetDescriptor descriptor, TemplateForm form) => new(
        descriptor,
        form switch
        {
            TemplateForm.Table => PromptForm.Table,
            TemplateForm.Description => PromptForm.Description,
            _ => null,
        });

    /// <summary>The instruction with its allowed answers, the same for all samples.</summary>
    public string Instruction { get; }

    /// <summary>Whether the wording has a place for worked examples; a frame of one's own may not.</summary>
    public bool TakesExamples => _frame(Frame("", "", [("\u0001", "\u0001")])).Contains('\u0001', StringComparison.Ordinal);

    /// <summary>The sample's fields in words, in descriptor order.</summary>
    public string Input(Sample sample)
    {
        var fields = new List<(string, string)>(_features.Length);
        foreach (var feature in _features)
        {
            var words = sample.Fields.TryGetValue(feature.Name, out var value) ? feature.Words(value) : _descriptor.Prompt.MissingWords;
            if (words.Length > 0)
            {
                fields.Add((feature.Label, words));
            }
        }

        var text = _input(Fields(fields)).TrimEnd('\n');
        return _descriptor.Answer.Questions.Count > 0 && sample.Fields.TryGetValue(FreeAnswers.QuestionField, out var question)
            ? $"{text.TrimEnd()}\nQuestion: {question}"
            : text;
    }

    /// <summary>The whole prompt up to where the answer begins, after worked examples if given.</summary>
    public string Prompt(Sample sample, IReadOnlyList<Sample>? examples = null) =>
        _frame(Frame(Instruction, Input(sample), [.. (examples ?? []).Select(example => (Input(example), example.Answer))]));

    private static Dictionary<string, object> Fields(IEnumerable<(string Label, string Value)> fields) => new()
    {
        ["fields"] = fields.Select(pair => new Dictionary<string, object> { ["label"] = pair.Label, ["value"] = pair.Value }).ToList(),
    };

    private static Dictionary<string, object> Frame(string instruction, string input, IEnumerable<(string Input, string Answer)> examples) => new()
    {
        ["instruction"] = instruction,
        ["input"] = input,
        ["examples"] = examples.Select(pair => new Dictionary<string, object> { ["input"] = pair.Input, ["answer"] = pair.Answer }).ToList(),
    };

    /// <summary>What an instruction may use: a word that makes no sense for the answer is not there, so that its use is found.</summary>
    private static Dictionary<string, object> Words(DatasetDescriptor descriptor)
    {
        var words = new Dictionary<string, object> { ["task"] = descriptor.Task };
        if (!descriptor.Answer.IsFree)
        {
            words["allowed"] = AllowedWords(descriptor.Answer.Allowed);
        }

        if (descriptor.Answer.Rules.Count > 0)
        {
            words["rules"] = FreeAnswers.RuleNames(descriptor.Answer);
            words["none"] = descriptor.Answer.NoViolation;
        }

        return words;
    }

    private static string AllowedWords(IReadOnlyList<string> allowed) =>
        $"{string.Join(", ", allowed.SkipLast(1).Select(answer => $"'{answer}'"))} or '{allowed[^1]}'";

    /// <summary>Compiles and renders once, so that an unknown word is found here and not in the middle of a run.</summary>
    private (HandlebarsTemplate<object, object> Template, string Rendered) Compile(string key, string template, Dictionary<string, object> trial)
    {
        try
        {
            var configuration = new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = true };
            var compiled = Handlebars.Create(configuration).Compile(template);
            return (compiled, compiled(trial));
        }
        catch (Exception fault) when (fault is HandlebarsException or HandlebarsDotNet.Compiler.HandlebarsUndefinedBindingException)
        {
            throw new InputException($"Data set '{_descriptor.Name}': the template prompt.{key} cannot be used: {fault.Message}", fault);
        }
    }
}
