using System.Globalization;
using System.Text.RegularExpressions;

namespace ZiGong.UnitTests.Infra;

/// <summary>What a Markdown text refers to and can be referred to by; as much of the language as the project's documents use.</summary>
public static partial class Markdown
{
    /// <summary>Numbers (from 1) of the lines with more characters than <paramref name="limit"/>, but for those of tables.</summary>
    public static IReadOnlyList<int> LongLines(string text, int limit) =>
        [.. text.Split('\n').Select((line, i) => (line, Number: i + 1)).Where(l => l.line.Length > limit && !l.line.StartsWith('|')).Select(l => l.Number)];

    /// <summary>Targets of all links, in order, but for those in code.</summary>
    public static IReadOnlyList<string> Links(string text) => [.. Link().Matches(WithoutCode(text)).Select(m => m.Groups["target"].Value)];

    /// <summary>The anchors that GitHub gives the headings: equal ones are numbered from the second on.</summary>
    public static IReadOnlyList<string> Anchors(string text)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. Heading().Matches(Fence().Replace(text, "")).Select(m => Numbered(Anchor(m.Groups["words"].Value), seen))];
    }

    private static string Anchor(string heading)
    {
        var words = Link().Replace(heading, m => m.Groups["words"].Value);
        var kept = words.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : char.ToLowerInvariant(c));
        return string.Concat(kept);
    }

    private static string Numbered(string anchor, Dictionary<string, int> seen)
    {
        var before = seen.GetValueOrDefault(anchor);
        seen[anchor] = before + 1;
        return before == 0 ? anchor : string.Create(CultureInfo.InvariantCulture, $"{anchor}-{before}");
    }

    private static string WithoutCode(string text) => CodeSpan().Replace(Fence().Replace(text, ""), "");

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.None, 1000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\[(?<words>[^\[\]]*)\]\((?<target>[^()\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (?<words>.*?)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();
}
