using System.Globalization;
using System.Text;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// Free answers compared with the true ones, as SQuAD does it (Rajpurkar et al., 2016): case, punctuation, articles and spacing do not
/// count. Beyond SQuAD a number is one token whatever its writing: <c>1,200.50</c>, <c>1200.5</c> and <c>$1 200.50</c> with a no-break space
/// are equal; <c>12 %</c> is <c>12%</c> but not 12 and not 0.12, and <c>-5</c> is not 5. Nothing is rounded here.
/// </summary>
public static class GenerativeText
{
    private static readonly HashSet<string> Articles = new(StringComparer.Ordinal) { "a", "an", "the" };

    /// <summary>1 where both texts have the same tokens in the same order (two empty ones too), else 0.</summary>
    public static double ExactMatch(string answer, string truth) => Tokens(answer).SequenceEqual(Tokens(truth), StringComparer.Ordinal) ? 1 : 0;

    /// <summary>
    /// Harmonic mean of precision and recall over the bags of tokens: a token counts as often as both have it. 1 where both are empty, 0 where
    /// one is.
    /// </summary>
    public static double TokenF1(string answer, string truth)
    {
        var (said, wanted) = (Tokens(answer), Tokens(truth));
        if (said.Count == 0 || wanted.Count == 0)
        {
            return said.Count == wanted.Count ? 1 : 0;
        }

        var left = wanted.CountBy(t => t, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var common = 0;
        foreach (var token in said.Where(t => left.GetValueOrDefault(t) > 0))
        {
            left[token]--;
            common++;
        }

        return 2.0 * common / (said.Count + wanted.Count);
    }

    /// <summary>The normalised tokens: lower-case words without articles, and numbers in one writing.</summary>
    public static IReadOnlyList<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var from = 0;
        foreach (var number in GenerativeNumbers.Find(text))
        {
            AddWords(tokens, text.AsSpan(from, number.Start - from));
            tokens.Add(number.Canonical);
            from = number.Start + number.Length;
        }

        AddWords(tokens, text.AsSpan(from));
        return tokens;
    }

    private static void AddWords(List<string> tokens, ReadOnlySpan<char> text)
    {
        var word = new StringBuilder();
        foreach (var c in text)
        {
            // An apostrophe inside a word goes without parting it: borrower's is borrowers.
            if (char.IsLetterOrDigit(c) || c == '_' || char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (c is not ('\'' or '’'))
            {
                Flush(tokens, word);
            }
        }

        Flush(tokens, word);
    }

    private static void Flush(List<string> tokens, StringBuilder word)
    {
        var text = word.ToString();
        word.Clear();
        if (text.Length > 0 && !Articles.Contains(text))
        {
            tokens.Add(text);
        }
    }
}
