using System.Globalization;

namespace ZiGong.Credit.Reading;

/// <summary>Numbers as samples keep them: invariant form, so that equal values have equal text.</summary>
public static class Numbers
{
    // Up to 15 significant digits survive a round trip through double.
    private const int ExactDigits = 15;

    /// <summary>The invariant form of a finite number; null if the text is none.</summary>
    public static string? Canonical(string text)
    {
        if (IsCanonical(text))
        {
            return text;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? (value == 0 ? "0" : value.ToString("R", CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>True for plain decimals without superfluous zeros, which need no parsing: the common case.</summary>
    private static bool IsCanonical(ReadOnlySpan<char> text)
    {
        var digits = text.StartsWith('-') ? text[1..] : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        var plain = whole.Length > 0 && whole.Length + fraction.Length <= ExactDigits
            && !whole.ContainsAnyExceptInRange('0', '9') && !fraction.ContainsAnyExceptInRange('0', '9');

        // Not "007", "1.", "1.50" or "-0"; tiny fractions are left to double, which writes them with an exponent.
        return plain && (whole.Length == 1 || whole[0] != '0') && (point < 0 || (fraction.Length > 0 && fraction[^1] != '0'))
            && (whole[0] != '0' || (point < 0 ? text[0] != '-' : !fraction.StartsWith("0000")));
    }
}
