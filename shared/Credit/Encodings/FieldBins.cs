using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Encodings;

/// <summary>
/// How one field's values fall into bins. Numeric: one bin per interval [edge, next edge), then <c>missing</c>.
/// Categorical: one bin per kept category, then <c>other</c> (rare in training), <c>unseen</c> (never in training), <c>missing</c>.
/// </summary>
/// <param name="Name">Key in <see cref="Sample.Fields"/>.</param>
/// <param name="Label">Name for people.</param>
/// <param name="Kind">Numeric or categorical.</param>
/// <param name="Edges">Numeric: rising lower bounds of every interval but the first.</param>
/// <param name="Categories">Categorical: the kept values, in the descriptor's order.</param>
/// <param name="Rare">Categorical: values of the training side too rare to keep, ordered.</param>
/// <param name="Words">Categorical: what a code means, where the descriptor says so.</param>
/// <param name="Counts">Training samples per bin: what later samples are compared with.</param>
public sealed record FieldBins(
    string Name,
    string Label,
    FieldKind Kind,
    IReadOnlyList<double> Edges,
    IReadOnlyList<string> Categories,
    IReadOnlyList<string> Rare,
    IReadOnlyDictionary<string, string> Words,
    IReadOnlyList<int> Counts)
{
    private readonly Dictionary<string, int> _bins = Categories.Select((c, i) => (c, i))
        .Concat(Rare.Select(r => (r, Categories.Count)))
        .ToDictionary(StringComparer.Ordinal);

    private readonly double[] _edges = [.. Edges];

    /// <summary>Number of bins, <c>missing</c> and for categories <c>other</c> and <c>unseen</c> included.</summary>
    public int Size => Kind == FieldKind.Numeric ? Edges.Count + 2 : Categories.Count + 3;

    /// <summary>The last bin: the sample has no value for the field.</summary>
    public int Missing => Size - 1;

    /// <exception cref="InputException">A numeric field holds something that is no finite number.</exception>
    public int Bin(Sample sample)
    {
        if (!sample.Fields.TryGetValue(Name, out var value))
        {
            return Missing;
        }

        if (Kind == FieldKind.Categorical)
        {
            return _bins.TryGetValue(value, out var bin) ? bin : Categories.Count + 1;
        }

        var place = Array.BinarySearch(_edges, Number(sample, Name, value));
        return place >= 0 ? place + 1 : ~place;
    }

    /// <summary>Short name of a bin, a word without spaces: <c>b3</c>, <c>A11</c>, <c>other</c>, <c>unseen</c>, <c>missing</c>.</summary>
    public string NameOf(int bin)
    {
        if (bin == Missing)
        {
            return "missing";
        }

        return Kind switch
        {
            FieldKind.Numeric => $"b{bin}",
            _ when bin < Categories.Count => Categories[bin],
            _ => bin == Categories.Count ? "other" : "unseen",
        };
    }

    /// <summary>The bin as a person reads it: <c>b3(50000..80000)</c>, <c>2(female)</c>.</summary>
    public string Describe(int bin)
    {
        var name = NameOf(bin);
        if (bin == Missing)
        {
            return name;
        }

        if (Kind == FieldKind.Categorical)
        {
            return bin < Categories.Count && Words.TryGetValue(Categories[bin], out var words) ? $"{name}({words})" : name;
        }

        var lower = bin == 0 ? "" : $"{Edges[bin - 1]:R}";
        var upper = bin == Edges.Count ? "" : $"{Edges[bin]:R}";
        return Edges.Count == 0 ? name : $"{name}({lower}..{upper})";
    }

    internal static double Number(Sample sample, string field, string value) =>
        double.TryParse(value, out var number) && double.IsFinite(number)
            ? number
            : throw new InputException(
                $"sample {sample.Id} of {sample.Dataset} ({sample.NaturalKey}): field {field} is \"{value}\", not a number; "
                + "make the field categorical or correct the row");
}
