using System.Text;
using System.Text.RegularExpressions;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Metrics;

/// <summary>A field with everything it is called: its name, its label, and what else a task's template or descriptor calls it.</summary>
/// <param name="Name">Key in <see cref="Sample.Fields"/>.</param>
/// <param name="Terms">Names as people or tables write them; case, underscores and hyphens do not matter, nor a plural s at the end.</param>
public sealed record FieldTerms(string Name, IReadOnlyList<string> Terms)
{
    /// <summary>Every field of a data set by name and label, those that the model never sees included.</summary>
    /// <param name="descriptor">The data set.</param>
    /// <param name="synonyms">Further terms by field name; may be null.</param>
    public static IReadOnlyList<FieldTerms> Of(DatasetDescriptor descriptor, IReadOnlyDictionary<string, IReadOnlyList<string>>? synonyms = null) =>
    [
        .. descriptor.Fields.Select(f => new FieldTerms(
            f.Name, [f.Name, f.Label, .. synonyms is not null && synonyms.TryGetValue(f.Name, out var more) ? more : []])),
    ];
}

/// <summary>A field that a text speaks of.</summary>
/// <param name="Field">Name of the field; of a label that no field has, the label itself.</param>
/// <param name="Text">The words in the text.</param>
/// <param name="Known">False where the text labels a value (<c>Label: value</c> at the start of a line, or <c>name=value</c>)
/// with what is no term of any field.</param>
public sealed record FieldMention(string Field, string Text, bool Known);

/// <summary>
/// Finds the fields that a text names: whole words only, longer terms first and their words used up, so that "credit amount" is not also
/// "amount" where both are fields. Beside the known terms it finds labels that the text makes up: a line <c>Words: something</c> of at most
/// four words, and <c>name=value</c>. Words that head an answer (answer, reason, explanation, because, conclusion, summary, note, question,
/// risk, decision, verdict) are no labels.
/// </summary>
public static partial class GenerativeFields
{
    private const int LongestLabel = 4;

    private static readonly HashSet<string> Headings = new(StringComparer.Ordinal)
    {
        "answer", "reason", "reasons", "reasoning", "explanation", "because", "conclusion", "summary", "note", "question", "risk", "decision",
        "verdict", "assessment",
    };

    /// <summary>Each field once, known ones in the order of <paramref name="fields"/>, then made-up labels in the order of the text.</summary>
    public static IReadOnlyList<FieldMention> Find(string text, IReadOnlyList<FieldTerms> fields)
    {
        var words = Plain(text).ToCharArray();
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var terms = fields.SelectMany(f => f.Terms.Select(t => (f.Name, Term: Plain(t).Trim()))).Where(t => t.Term.Length > 0);
        foreach (var (name, term) in terms.OrderByDescending(t => t.Term.Length).ThenBy(t => t.Term, StringComparer.Ordinal))
        {
            if (UseUp(words, term))
            {
                found.TryAdd(name, term);
            }
        }

        var known = fields.SelectMany(f => f.Terms).Select(t => Singular(Plain(t).Trim())).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. fields.Where(f => found.ContainsKey(f.Name)).Select(f => new FieldMention(f.Name, found[f.Name], Known: true)),
            .. Labels(text).Where(l => !known.Contains(Singular(l.Plain))).DistinctBy(l => l.Plain, StringComparer.Ordinal)
                .Select(l => new FieldMention(l.Plain, l.Text, Known: false)),
        ];
    }

    /// <summary>Whether these words, in this order, are in the text.</summary>
    internal static bool Contains(string text, string term) => Plain(term).Trim() is { Length: > 0 } words && UseUp(Plain(text).ToCharArray(), words);

    private static IEnumerable<(string Text, string Plain)> Labels(string text) => Label().Matches(text)
        .Select(m => m.Groups["label"].Value.Trim())
        .Select(l => (l, Plain(l).Trim()))
        .Where(l => l.Item2.Length > 0 && l.Item2.Split(' ').Length <= LongestLabel && !Headings.Contains(l.Item2));

    // Blanks every whole-word occurrence, so that a shorter term does not find it again.
    private static bool UseUp(char[] text, string term)
    {
        var found = false;
        for (var start = text.AsSpan().IndexOf(term); start >= 0;)
        {
            var end = start + term.Length;
            var plural = end < text.Length && text[end] == 's' ? end + 1 : end;
            if ((start == 0 || !char.IsLetterOrDigit(text[start - 1])) && (plural == text.Length || !char.IsLetterOrDigit(text[plural])))
            {
                text.AsSpan(start, term.Length).Fill('\0');
                found = true;
            }

            var next = text.AsSpan(start + 1).IndexOf(term);
            start = next < 0 ? -1 : start + 1 + next;
        }

        return found;
    }

    /// <summary>Lower case, everything but letters and digits a space, one space between words.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
            else if (c is not ('\'' or '’') && (plain.Length == 0 || plain[^1] != ' '))
            {
                plain.Append(' ');
            }
        }

        return plain.ToString();
    }

    private static string Singular(string term) => term.Length > 3 && term[^1] == 's' && term[^2] != 's' ? term[..^1] : term;

    [GeneratedRegex(
        @"^[ \t]*[-*•]?[ \t]*(?<label>\p{L}[\p{L}\p{N} _/()'-]{0,60}?)[ \t]*:(?=\s*\S)|(?<label>[\p{L}_][\p{L}\p{N}_]*)=(?=\S)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Label();
}
