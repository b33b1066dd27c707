using System.Globalization;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Reading;

/// <summary>Finds the descriptor's columns in a table, or says what was found instead.</summary>
internal static class TableColumns
{
    private const int Shown = 12;

    /// <summary>Ordinals of the wanted columns and the width of a row (0: take it from the first row).</summary>
    public static (int[] Ordinals, int Width) Resolve(
        IReadOnlyList<string> wanted, IReadOnlyList<string>? found, FormatDescriptor format, string name, string firstLine)
    {
        if (found is null)
        {
            return ([.. wanted.Select(column => Index(column, name))], 0);
        }

        var missing = wanted.Where(column => !found.Contains(column)).ToList();
        if (missing.Count == 0)
        {
            return ([.. wanted.Select(column => found.ToList().IndexOf(column))], found.Count);
        }

        throw new InputException($"{name}, line 1: the header lacks {List(missing)}. {Found(wanted, missing, found, format, firstLine)}");
    }

    /// <summary>The first row of a file without header fixes the width.</summary>
    public static int Width(int fields, int[] ordinals, string name, FormatDescriptor format, string firstLine)
    {
        var needed = ordinals.Max() + 1;
        return fields >= needed
            ? fields
            : throw new InputException(
                $"{name}, line 1: the descriptor needs column {needed}, but the row has {fields}.{Delimiter(format, firstLine)}");
    }

    private static int Index(string column, string name) =>
        int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= 1
            ? index - 1
            : throw new InputException($"{name} has no header line, so the descriptor must give columns by number from 1; '{column}' is none.");

    /// <summary>What stands there instead; but a first line that is no header is a row, and nobody's.</summary>
    private static string Found(
        IReadOnlyList<string> wanted, List<string> missing, IReadOnlyList<string> found, FormatDescriptor format, string firstLine)
    {
        var other = Delimiter(format, firstLine);
        if (!found.Any(column => wanted.Any(known => IsMeant(column, known))))
        {
            return $"Its first line has {found.Count} columns and none of those names.{other}"
                + (other.Length > 0 ? "" : " If it is a row already, set format.header to false and name the columns by their numbers.");
        }

        return $"Found {found.Count} columns: {List(found)}.{(other.Length > 0 ? other : Advice(missing, found))}";
    }

    private static bool IsMeant(string column, string known) =>
        column.Equals(known, StringComparison.OrdinalIgnoreCase) || (known.Length > 4 && YamlMap.Distance(column, known) <= known.Length / 4);

    private static string Advice(List<string> missing, IReadOnlyList<string> found)
    {
        var near = YamlMap.Nearest(missing[0], found);
        return $" Is '{near}' meant for '{missing[0]}'? Correct the file's header or the descriptor's columns.";
    }

    /// <summary>A guess from the first line: the candidate that occurs most often, if not the one in use.</summary>
    private static string Delimiter(FormatDescriptor format, string firstLine)
    {
        var best = new[] { ',', ';', '\t', '|' }.MaxBy(candidate => firstLine.Count(c => c == candidate));
        if (format.Kind != TableFormat.Csv)
        {
            return firstLine.Contains(best) && best != '\t'
                ? $" The file seems to be separated by '{best}' and not by blanks: set format.kind to csv and format.delimiter in the descriptor."
                : "";
        }

        return best != format.Delimiter && firstLine.Count(c => c == best) > firstLine.Count(c => c == format.Delimiter)
            ? $" The file seems to be separated by '{(best == '\t' ? "\\t" : best.ToString())}' and not by '{format.Delimiter}': "
                + "set format.delimiter in the descriptor."
            : "";
    }

    private static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Shown).Select(name => $"'{RowMapper.Shorten(name)}'")) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
}
