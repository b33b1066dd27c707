using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>Reads the answer out of a freely generated text. There is no default: a text that does not say it is a miss.</summary>
public static class GeneratedAnswers
{
    /// <summary>
    /// Index of the one allowed answer that the text contains as a whole word, or null: none, or two different ones.
    /// Longer answers are matched first and their characters used up, so "not good" is not also "good". Case does not matter.
    /// </summary>
    public static int? Match(string text, IReadOnlyList<string> allowed)
    {
        var characters = text.ToCharArray();
        int? found = null;
        foreach (var index in Enumerable.Range(0, allowed.Count).OrderByDescending(i => allowed[i].Length).ThenBy(i => i))
        {
            if (!UseUp(characters, allowed[index]))
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = index;
        }

        return found;
    }

    /// <summary>What a generation amounts to, given the index of the true answer.</summary>
    public static Predictions.Generated Judge(string text, IReadOnlyList<string> allowed, int truth) => Match(text, allowed) switch
    {
        null => Predictions.Generated.Miss,
        { } index when index == truth => Predictions.Generated.Right,
        _ => Predictions.Generated.Wrong,
    };

    // Blanks every whole-word occurrence with a character that is neither a letter nor part of any answer.
    private static bool UseUp(char[] text, string answer)
    {
        if (answer.Length == 0)
        {
            throw new InputException("an allowed answer is empty: every answer needs at least one character");
        }

        var found = false;
        for (var start = 0; start + answer.Length <= text.Length; start++)
        {
            var end = start + answer.Length;
            var isHere = text.AsSpan(start, answer.Length).Equals(answer, StringComparison.OrdinalIgnoreCase);
            if (isHere && (start == 0 || !IsWord(text[start - 1])) && (end == text.Length || !IsWord(text[end])))
            {
                text.AsSpan(start, answer.Length).Fill('\0');
                found = true;
            }
        }

        return found;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
