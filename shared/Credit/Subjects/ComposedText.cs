using System.Globalization;
using System.Text;

namespace ZiGong.Credit.Subjects;

/// <summary>
/// Unicode normalization form C, so that "ü" typed as one character and as "u" with two dots are one text. The runtime's own does nothing
/// where it runs without culture data, as this program does. Source: Unicode Standard, section 3.11, with the tables in canonical.txt.
/// </summary>
public static class ComposedText
{
    private const int FirstSyllable = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FirstTail = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Tables Known = Tables.Read();

    public static string Of(string text)
    {
        // No character below U+0300 combines with what stands before it, or is made of others in another way.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0)
        {
            return text;
        }

        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        var composed = new StringBuilder(text.Length);
        foreach (var point in Compose(points))
        {
            composed.Append(new Rune(point));
        }

        return composed.ToString();
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point is >= FirstSyllable and < FirstSyllable + (Leads * Vowels * Tails))
        {
            var index = point - FirstSyllable;
            into.Add(FirstLead + (index / (Vowels * Tails)));
            into.Add(FirstVowel + (index % (Vowels * Tails) / Tails));
            if (index % Tails != 0)
            {
                into.Add(FirstTail + (index % Tails));
            }
        }
        else if (Known.Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    /// <summary>Marks behind one letter stand in the order of their classes, those of one class in the order in which they came.</summary>
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (point, mark) = (points[i], Known.ClassOf(points[i]));
            var at = i;
            while (mark > 0 && at > 0 && Known.ClassOf(points[at - 1]) > mark)
            {
                points[at] = points[--at];
            }

            points[at] = point;
        }
    }

    /// <summary>A mark joins the last letter before it, unless one of its own or a higher class stands between them.</summary>
    private static List<int> Compose(List<int> points)
    {
        var composed = new List<int>(points.Count);
        var (letter, between) = (-1, -1);
        foreach (var point in points)
        {
            var mark = Known.ClassOf(point);
            if (letter >= 0 && between < mark && Pair(composed[letter], point) is { } whole)
            {
                composed[letter] = whole;
                continue;
            }

            if (mark == 0)
            {
                (letter, between) = (composed.Count, -1);
            }
            else
            {
                between = mark;
            }

            composed.Add(point);
        }

        return composed;
    }

    private static int? Pair(int first, int second) => (first - FirstLead, second - FirstVowel) switch
    {
        ( >= 0 and < Leads, >= 0 and < Vowels) pair => FirstSyllable + (((pair.Item1 * Vowels) + pair.Item2) * Tails),
        _ when IsOpenSyllable(first) && second is > FirstTail and < FirstTail + Tails => first + second - FirstTail,
        _ => Known.Pairs.TryGetValue((first, second), out var whole) ? whole : null,
    };

    private static bool IsOpenSyllable(int point) =>
        point is >= FirstSyllable and < FirstSyllable + (Leads * Vowels * Tails) && (point - FirstSyllable) % Tails == 0;

    /// <summary>What canonical.txt says.</summary>
    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes)
    {
        public int ClassOf(int point) => Classes.GetValueOrDefault(point);

        public static Tables Read()
        {
            using var stream = typeof(ComposedText).Assembly.GetManifestResourceStream("ZiGong.Credit.Subjects.canonical.txt")!;
            using var reader = new StreamReader(stream);
            var tables = new Tables([], [], []);
            while (reader.ReadLine() is { } line)
            {
                foreach (var entry in line.StartsWith('#') ? [] : line.Split(' '))
                {
                    tables.Take(entry);
                }
            }

            return tables;
        }

        private void Take(string entry)
        {
            var at = entry.AsSpan().IndexOfAny("=!:");
            if (entry[at] == ':')
            {
                var range = entry[..at].Split('-');
                for (var point = Hex(range[0]); point <= Hex(range[^1]); point++)
                {
                    Classes[point] = int.Parse(entry.AsSpan(at + 1), CultureInfo.InvariantCulture);
                }

                return;
            }

            int[] parts = [.. entry[(at + 1)..].Split('+').Select(Hex)];
            Parts[Hex(entry[..at])] = parts;
            if (entry[at] == '=')
            {
                Pairs[(parts[0], parts[1])] = Hex(entry[..at]);
            }
        }

        private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
