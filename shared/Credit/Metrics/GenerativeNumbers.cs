using System.Globalization;
using System.Text.RegularExpressions;

namespace ZiGong.Credit.Metrics;

/// <summary>What a number counts, where the text says so.</summary>
public enum NumberUnit
{
    /// <summary>Nothing is said, or a unit that is not converted (a currency, a count of things).</summary>
    None,
    Percent,
    Month,
    Year,
}

/// <summary>A number as a text writes it.</summary>
/// <param name="Text">The characters, with sign, percent sign and scale word.</param>
/// <param name="Start">First character in the text.</param>
/// <param name="Length">Number of characters.</param>
/// <param name="Readings">
/// What it may mean, the likeliest first: <c>12,345</c> is 12345 or, with a decimal comma, 12.345.
/// </param>
/// <param name="Places">Decimal places of the first reading; what a rounded number is compared at.</param>
/// <param name="Scale">1, or what a word such as million multiplies by; part of the readings already.</param>
/// <param name="Signed">Whether a sign is written.</param>
/// <param name="Unit">Percent, month or year where it follows the number.</param>
/// <param name="Canonical">One writing for equal numbers.</param>
public sealed record NumberMention(
    string Text, int Start, int Length, IReadOnlyList<decimal> Readings, int Places, decimal Scale, bool Signed, NumberUnit Unit, string Canonical)
{
    public decimal Value => Readings[0];
}

/// <summary>
/// Finds the numbers of a text. Rules, in this order:
/// <list type="bullet">
/// <item>Digits that belong to a word are no number but part of a code (<c>A11</c>, <c>PAY_0</c>, <c>IFRS9</c>, <c>b3</c>), and
/// neither is an ordinal (<c>2nd</c>).</item>
/// <item>ISO dates and months (<c>2005-09-01</c>, <c>2005-09</c>) give their parts: year, month, day.</item>
/// <item>Digits with several commas that make no groups of three are a list (<c>12,24,36</c>); with several points they are a code (<c>1.2.3</c>).</item>
/// <item>A number with a bracket or full stop at the start of a line (<c>1.</c>, <c>2)</c>) followed by a space and a letter is a list mark.</item>
/// <item>Thousands go in groups of exactly three by comma, point, apostrophe, no-break or thin space; an ordinary space separates two numbers.
/// With comma and point the last one is the decimal mark. One comma or point before exactly three digits can be read both ways: the comma
/// first as thousands, the point first as decimal.</item>
/// <item>A minus (hyphen, U+2212) or plus touching the number or its currency sign counts unless a digit, letter or closing bracket stands
/// before it: <c>10-20</c> is a range. A number alone in brackets may be an accounting minus: both readings are kept.</item>
/// <item>Percent: <c>%</c>, <c>percent</c>, <c>per cent</c>. Scale words: k, thousand, million, mn, billion, bn.</item>
/// <item>Numbers in words (twelve) are not looked for: "one of them" would be one too.</item>
/// </list>
/// </summary>
public static partial class GenerativeNumbers
{
    private const char Minus = '−';

    /// <summary>All numbers in order of place; they do not overlap.</summary>
    public static IReadOnlyList<NumberMention> Find(string text)
    {
        var found = new List<NumberMention>();
        foreach (Match match in Number().Matches(text))
        {
            if (match.Groups["date"].Success)
            {
                found.AddRange(DateParts(match));
            }
            else if (IsList(match.Groups["digits"].Value) is { } separator)
            {
                found.AddRange(separator == ',' ? Parts(match.Groups["digits"]) : []);
            }
            else if (!IsListMark(text, match))
            {
                found.Add(Read(text, match));
            }
        }

        return found;
    }

    private static NumberMention Read(string text, Match match)
    {
        var digits = match.Groups["digits"].Value;
        var scale = ScaleOf(match.Groups["scale"].Value);
        var unit = UnitOf(match.Groups["unit"].Value);
        var (start, end) = (match.Index, match.Index + match.Length);
        var isBracketed = IsBracketed(text, start, end);
        var sign = SignBefore(text, ref start);
        var readings = Readings(digits).Select(r => (Value: (sign < 0 ? -r.Value : r.Value) * scale, r.Places)).ToList();
        decimal[] values = [.. readings.Select(r => r.Value), .. isBracketed && sign == 0 ? readings.Select(r => -r.Value) : []];
        return new NumberMention(text[start..end], start, end - start, values, readings[0].Places, scale, sign != 0, unit, Canonical(values[0], unit));
    }

    private static IEnumerable<NumberMention> DateParts(Match match) => new[] { "year", "month", "day" }
        .Select(name => match.Groups[name])
        .Where(part => part.Success)
        .Select(part => Plain(part.Value, part.Index));

    private static IEnumerable<NumberMention> Parts(Group digits)
    {
        var start = digits.Index;
        foreach (var part in digits.Value.Split(','))
        {
            if (IsList(part) is null)
            {
                yield return Plain(part, start);
            }

            start += part.Length + 1;
        }
    }

    private static NumberMention Plain(string digits, int start)
    {
        var (value, places) = Readings(digits).First();
        return new NumberMention(digits, start, digits.Length, [value], places, 1, false, NumberUnit.None, Canonical(value, NumberUnit.None));
    }

    /// <summary>The separator where it stands several times without making groups of three; null where this is one number.</summary>
    private static char? IsList(string digits)
    {
        foreach (var separator in ",.")
        {
            if (digits.Count(c => c == separator) > 1 && !Grouped().IsMatch(digits) && !GroupedDecimal().IsMatch(digits))
            {
                return separator;
            }
        }

        return null;
    }

    private static IEnumerable<(decimal Value, int Places)> Readings(string digits)
    {
        var plain = Spaces().Replace(digits, "");
        var (comma, point) = (plain.LastIndexOf(','), plain.LastIndexOf('.'));
        var isGrouped = Grouped().IsMatch(plain);
        if (comma >= 0 && point >= 0)
        {
            yield return Decimal(plain, comma > point ? ',' : '.');
        }
        else if (comma >= 0)
        {
            var several = plain.IndexOf(',', StringComparison.Ordinal) != comma;
            if (isGrouped)
            {
                yield return Decimal(plain, '\0');
            }

            if (!several)
            {
                yield return Decimal(plain, ',');
            }
        }
        else if (point >= 0)
        {
            var several = plain.IndexOf('.', StringComparison.Ordinal) != point;
            if (!several)
            {
                yield return Decimal(plain, '.');
            }

            if (isGrouped)
            {
                yield return Decimal(plain, '\0');
            }
        }
        else
        {
            yield return Decimal(plain, '\0');
        }
    }

    /// <summary>Reads with this decimal mark; every other mark parts thousands.</summary>
    private static (decimal Value, int Places) Decimal(string digits, char mark)
    {
        var cut = mark == '\0' ? digits.Length : digits.LastIndexOf(mark);
        var whole = digits[..cut].Replace(",", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        var fraction = cut < digits.Length ? digits[(cut + 1)..] : "";

        // A decimal holds 28 digits: longer ones are account numbers, of which the first 18 tell.
        var text = (whole.Length > 18 ? whole[..18] : whole) + (fraction.Length > 0 ? $".{fraction[..Math.Min(8, fraction.Length)]}" : "");
        return (decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture), Math.Min(8, fraction.Length));
    }

    /// <returns>-1, +1, or 0 where no sign is written; the start moves to the sign.</returns>
    private static int SignBefore(string text, ref int start)
    {
        var at = SkipCurrency(text, start - 1);
        if (at < 0 || text[at] is not ('-' or Minus or '+'))
        {
            return 0;
        }

        var before = at > 0 ? text[at - 1] : ' ';
        if (char.IsLetterOrDigit(before) || before is ')' or ']' or '%' or '_')
        {
            return 0;
        }

        start = at;
        return text[at] == '+' ? 1 : -1;
    }

    private static bool IsBracketed(string text, int start, int end) =>
        SkipCurrency(text, start - 1) is var open and >= 0 && text[open] == '(' && end < text.Length && text[end] == ')';

    /// <summary>Steps back over a currency sign and the space after it.</summary>
    private static int SkipCurrency(string text, int at)
    {
        var sign = at > 0 && text[at] is ' ' or '\u00a0' ? at - 1 : at;
        return sign >= 0 && char.GetUnicodeCategory(text[sign]) == UnicodeCategory.CurrencySymbol ? sign - 1 : at;
    }

    private static bool IsListMark(string text, Match match)
    {
        var end = match.Index + match.Length;
        var digits = match.Groups["digits"];
        return digits.Length <= 2 && match.Length == digits.Length && end + 1 < text.Length && text[end] is '.' or ')' && text[end + 1] == ' '
            && end + 2 < text.Length && char.IsLetter(text[end + 2])
            && text.AsSpan(0, digits.Index).LastIndexOf('\n') is var line && text.AsSpan(line + 1, digits.Index - line - 1).Trim().IsEmpty;
    }

    private static string Canonical(decimal value, NumberUnit unit) =>
        value.ToString("0.########", CultureInfo.InvariantCulture) + (unit == NumberUnit.Percent ? "%" : "");

    private static decimal ScaleOf(string word) => word.ToLowerInvariant() switch
    {
        "" => 1,
        "k" or "thousand" => 1_000,
        "million" or "mn" => 1_000_000,
        _ => 1_000_000_000,
    };

    private static NumberUnit UnitOf(string word) => word.ToLowerInvariant() switch
    {
        "" => NumberUnit.None,
        "month" or "months" => NumberUnit.Month,
        "year" or "years" => NumberUnit.Year,
        _ => NumberUnit.Percent,
    };

    [GeneratedRegex(
        @"(?<![\p{L}\p{N}_])(?<!\p{N}[.,])(?:
            (?<date>(?<year>\d{4})-(?<month>0[1-9]|1[0-2])(?:-(?<day>0[1-9]|[12]\d|3[01]))?)(?![\p{L}\p{N}_-])
          | (?<digits>(?:(?<![.\p{L}\p{N}])\.)?\d+(?:[.,'’\u00a0\u2009\u202f]\d+)*)
            (?:
              (?<scale>k|mn|bn)\b
            | (?![\p{L}\p{N}_]|[.,]\d)
              (?:[\ \u00a0\u202f]?(?<scale>thousand|million|mn|billion|bn)\b)?
              (?:[\ \u00a0\u202f-]?(?<unit>%|percent\b|per\ cent\b))?
              (?=[\ \u00a0\u202f-](?<unit>months?|years?)\b)?
            )
        )",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 2000)]
    private static partial Regex Number();

    [GeneratedRegex(@"['’\u00a0\u2009\u202f]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^[1-9]\d{0,2}(?:,\d{3})+$|^[1-9]\d{0,2}(?:\.\d{3})+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"^\d{1,3}(?:,\d{3})+\.\d+$|^\d{1,3}(?:\.\d{3})+,\d+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupedDecimal();
}
