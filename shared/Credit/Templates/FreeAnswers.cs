using System.Text.RegularExpressions;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Templates;

/// <summary>Makes a row's free answer (and the question it is asked) from its fields, as the descriptor's template, questions or rules say.</summary>
/// <param name="descriptor">With an answer of kind text that has no column of its own.</param>
public sealed class FreeAnswers(DatasetDescriptor descriptor)
{
    /// <summary>Name under which a sample keeps the question it was asked.</summary>
    public const string QuestionField = "question";

    private static readonly Regex Placeholder = new(@"\{\{\s*(?<name>[\w.-]+)\s*\}\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private readonly Dictionary<string, FieldDescriptor> _fields = descriptor.Fields.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Names of the fields in a template, in order.</summary>
    public static IReadOnlyList<string> FieldsIn(string template) =>
        [.. Placeholder.Matches(template).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal)];

    /// <summary>The template without its field names.</summary>
    public static string Rest(string template) => Placeholder.Replace(template, "");

    /// <summary>Rules as the prompt lists them.</summary>
    public static string RuleNames(AnswerDescriptor answer) => string.Join("; ", answer.Rules.Select(r => r.Name));

    /// <param name="fields">The row's values; takes the question, if there are any.</param>
    /// <param name="naturalKey">Names the row: which question it is asked depends on nothing else, so that a correction is asked the same.</param>
    /// <param name="answer">The answer, where there is one.</param>
    /// <returns>The field that is missing for it, or null.</returns>
    public string? Write(Dictionary<string, string> fields, string naturalKey, out string answer)
    {
        var rule = descriptor.Answer;
        answer = "";
        if (rule.Rules.Count > 0)
        {
            string[] broken = [.. rule.Rules.Where(r => r.IsBroken(fields.GetValueOrDefault(r.Field))).Select(r => r.Name)];
            answer = broken.Length == 0 ? rule.NoViolation : string.Join("; ", broken);
            return null;
        }

        if (rule.Template is { } template)
        {
            return Missing(fields, template) ?? Fill(template, fields, out answer);
        }

        // A missing value can be asked for by none.
        QuestionDescriptor[] askable = [.. rule.Questions.Where(q => Missing(fields, q.Ask, q.Answer) is null)];
        if (askable.Length == 0)
        {
            return Missing(fields, rule.Questions[0].Ask, rule.Questions[0].Answer);
        }

        var chosen = askable[(int)(SeededRandom.Derive(0, "question", naturalKey) % (ulong)askable.Length)];
        Fill(chosen.Ask, fields, out var question);
        Fill(chosen.Answer, fields, out answer);
        fields[QuestionField] = question;
        return null;
    }

    private static string? Missing(Dictionary<string, string> fields, params string[] templates) =>
        templates.SelectMany(FieldsIn).FirstOrDefault(name => !fields.ContainsKey(name));

    private string? Fill(string template, Dictionary<string, string> fields, out string text)
    {
        text = Placeholder.Replace(template, match => _fields[match.Groups["name"].Value].Words(fields[match.Groups["name"].Value]));
        return null;
    }
}
