namespace ZiGong.Credit.Metrics;

/// <summary>What in an answer its input does not contain.</summary>
/// <param name="Mentions">Numbers and field names in the answer; each number as often as it stands there, each field once.</param>
/// <param name="Numbers">The numbers without support in the input, as written.</param>
/// <param name="Fields">The field names without support in the input, as written.</param>
public sealed record HallucinationFinding(int Mentions, IReadOnlyList<string> Numbers, IReadOnlyList<string> Fields)
{
    public int Unsupported => Numbers.Count + Fields.Count;

    public bool Any => Unsupported > 0;
}

/// <summary>
/// Compares the numbers and field names of an answer with its input, which is the whole prompt: instruction, examples left out, and fields.
/// A number counts as contained when one of its readings equals one of a number in the input, where
/// <list type="bullet">
/// <item>an unsigned number agrees with either sign ("a loss of 5" for -5), a signed one only with its own sign;</item>
/// <item>percent and share agree: 12 % for 0.12 and the other way round;</item>
/// <item>years and months agree where the answer names the one and the input the other, beside the number or in its line's label: 2 years for
/// "Duration in months: 24";</item>
/// <item>a rounded number agrees: within half a unit of its last written place (of its scale word: 1.2 million for 1,234,567) and within 5 % of the
/// value in the input, so that 12 stands for 12.34 but 1 not for 0.7; the answer may not have <em>more</em> places than the input.</item>
/// </list>
/// A field name counts as contained when any term of the field stands in the input, a made-up label when its words do. What is derived (sums,
/// differences, ratios) is not contained: the metric is about copying facts, not about arithmetic. Number words are not looked at.
/// </summary>
public static class GenerativeFidelity
{
    private const decimal LargestRounding = 0.05m;
    private const decimal Largest = 1e28m; // a decimal holds little more

    /// <param name="answer">What the model wrote.</param>
    /// <param name="input">All that it was told.</param>
    /// <param name="fields">Terms of the data set's fields; may be empty.</param>
    public static HallucinationFinding Check(string answer, string input, IReadOnlyList<FieldTerms> fields)
    {
        var given = GenerativeNumbers.Find(input);
        var numbers = GenerativeNumbers.Find(answer);
        var mentions = GenerativeFields.Find(answer, fields);
        var termsOf = fields.ToDictionary(f => f.Name, f => f.Terms, StringComparer.Ordinal);
        return new HallucinationFinding(
            numbers.Count + mentions.Count,
            [.. numbers.Where(n => !given.Any(g => Agrees(n, g, input))).Select(n => n.Text)],
            [.. mentions.Where(m => !IsContained(m, input, termsOf)).Select(m => m.Text)]);
    }

    private static bool IsContained(FieldMention mention, string input, Dictionary<string, IReadOnlyList<string>> termsOf) => mention.Known
        ? termsOf[mention.Field].Any(term => GenerativeFields.Contains(input, term))
        : GenerativeFields.Contains(input, mention.Field);

    private static bool Agrees(NumberMention said, NumberMention given, string input)
    {
        foreach (var factor in Factors(said, given, input))
        {
            var unit = Unit(said) * factor;
            foreach (var value in said.Readings)
            {
                if (Math.Abs(value) <= Largest / Math.Max(1, factor) && given.Readings.Any(g => Agrees(value * factor, g, said.Signed, unit)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Agrees(decimal said, decimal given, bool signed, decimal unit)
    {
        var (a, b) = signed ? (said, given) : (Math.Abs(said), Math.Abs(given));
        var gap = Math.Abs(a - b);
        return gap == 0 || (gap <= unit / 2 && gap <= LargestRounding * Math.Abs(b));
    }

    /// <summary>What the answer's number has to be multiplied with to stand in the unit of the input's.</summary>
    private static IEnumerable<decimal> Factors(NumberMention said, NumberMention given, string input)
    {
        yield return 1;
        if (said.Unit == NumberUnit.Percent && given.Unit != NumberUnit.Percent)
        {
            yield return 0.01m;
        }
        else if (given.Unit == NumberUnit.Percent && said.Unit != NumberUnit.Percent)
        {
            yield return 100;
        }
        else if (said.Unit == NumberUnit.Year && IsIn(given, NumberUnit.Month, "month", input))
        {
            yield return 12;
        }
        else if (said.Unit == NumberUnit.Month && IsIn(given, NumberUnit.Year, "year", input))
        {
            yield return 1m / 12;
        }
    }

    private static bool IsIn(NumberMention given, NumberUnit unit, string word, string input)
    {
        var line = input.AsSpan(0, given.Start).LastIndexOf('\n') + 1;
        return given.Unit == unit || input.AsSpan(line, given.Start - line).Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>One unit of the last written place.</summary>
    private static decimal Unit(NumberMention number)
    {
        var unit = number.Scale;
        for (var place = 0; place < number.Places; place++)
        {
            unit /= 10;
        }

        return unit;
    }
}
