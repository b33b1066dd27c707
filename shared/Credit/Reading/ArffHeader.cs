using ZiGong.Contracts;

namespace ZiGong.Credit.Reading;

/// <summary>Attribute names of an ARFF file and how many lines its header takes.</summary>
internal sealed record ArffHeader(IReadOnlyList<string> Names, long Lines)
{
    /// <summary>Reads up to and including <c>@data</c>.</summary>
    public static ArffHeader Read(LineGuard guard, string name)
    {
        var names = new List<string>();
        var lines = 0L;
        while (guard.ReadLine() is { } line)
        {
            lines++;
            var text = line.Trim();
            if (text.StartsWith("@attribute", StringComparison.OrdinalIgnoreCase))
            {
                names.Add(AttributeName(text["@attribute".Length..].TrimStart()));
            }
            else if (text.StartsWith("@data", StringComparison.OrdinalIgnoreCase))
            {
                return names.Count > 0 ? new ArffHeader(names, lines) : throw NotArff(name);
            }
        }

        throw NotArff(name);
    }

    private static InputException NotArff(string name) =>
        new($"{name} is not an ARFF file: it lacks '@attribute' lines before '@data'. Set format.kind in the descriptor to csv or whitespace.");

    private static string AttributeName(string rest) => rest switch
    {
        ['\'' or '"', ..] when rest.IndexOf(rest[0], 1) is var end and > 0 => rest[1..end],
        _ => rest.Split([' ', '\t', '{'], 2)[0],
    };
}
