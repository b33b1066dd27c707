using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Encodings;

/// <summary>How finely values are binned.</summary>
/// <param name="Bins">Largest number of intervals of a numeric field.</param>
/// <param name="RareCount">Categories seen less often than this in training share the bin <c>other</c>.</param>
/// <param name="MaxCategories">At most this many categories keep a bin of their own, the most frequent.</param>
public sealed record EncodingOptions(int Bins = 10, int RareCount = 10, int MaxCategories = 64);

/// <summary>Fits the bins of a field on the training side.</summary>
public static class BinFitting
{
    public static FieldBins Fit(FieldDescriptor field, IReadOnlyList<Sample> train, EncodingOptions options)
    {
        var bins = Values(field, [.. train.Where(s => s.Fields.ContainsKey(field.Name))], options);
        var counts = new int[bins.Size];
        foreach (var sample in train)
        {
            counts[bins.Bin(sample)]++;
        }

        return bins with { Counts = counts };
    }

    private static FieldBins Values(FieldDescriptor field, IReadOnlyList<Sample> present, EncodingOptions options)
    {
        if (field.Kind == FieldKind.Numeric)
        {
            var edges = Edges(present.Select(s => FieldBins.Number(s, field.Name, s.Fields[field.Name])), options.Bins);
            return new FieldBins(field.Name, field.Label, field.Kind, edges, [], [], field.Codes, []);
        }

        var (kept, rare) = Categories(present.Select(s => s.Fields[field.Name]), [.. field.Codes.Keys], options);
        return new FieldBins(field.Name, field.Label, field.Kind, [], kept, rare, field.Codes, []);
    }

    /// <summary>
    /// Rising lower bounds of at most <paramref name="bins"/> intervals of about equal count. Equal values are never parted, a value
    /// that fills a bin alone gets one, and few distinct values get one each.
    /// </summary>
    public static double[] Edges(IEnumerable<double> values, int bins)
    {
        var sorted = values.Order().ToArray();
        var distinct = sorted.CountBy(v => v).ToArray(); // keeps the rising order
        if (distinct.Length <= bins)
        {
            return [.. distinct.Skip(1).Select(d => d.Key)];
        }

        var edges = new List<double>(bins);
        var remaining = sorted.Length;
        var inBin = 0;
        foreach (var (value, count) in distinct)
        {
            var share = remaining / (double)(bins - edges.Count);
            if (inBin > 0 && edges.Count < bins - 1 && inBin + (count / 2.0) > share)
            {
                edges.Add(value);
                remaining -= inBin;
                inBin = 0;
            }

            inBin += count;
        }

        return [.. edges];
    }

    private static (string[] Kept, string[] Rare) Categories(IEnumerable<string> values, List<string> codes, EncodingOptions options)
    {
        var counts = values.CountBy(v => v, StringComparer.Ordinal).ToArray();
        var kept = counts.Where(c => c.Value >= options.RareCount)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Take(options.MaxCategories)
            .Select(c => c.Key)
            .ToHashSet(StringComparer.Ordinal);
        var ordered = kept.OrderBy(k => codes.IndexOf(k) is var i and >= 0 ? i : int.MaxValue).ThenBy(k => k, StringComparer.Ordinal);
        return ([.. ordered], [.. counts.Select(c => c.Key).Where(k => !kept.Contains(k)).Order(StringComparer.Ordinal)]);
    }
}
