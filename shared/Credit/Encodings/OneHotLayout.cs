namespace ZiGong.Credit.Encodings;

/// <summary>Where each field's bins lie in a one-hot row: field f, bin b is column <c>First(f) + b</c>.</summary>
public sealed class OneHotLayout
{
    private readonly int[] _first;

    public OneHotLayout(IEnumerable<int> binsPerField)
    {
        int[] sizes = [.. binsPerField];
        _first = new int[sizes.Length];
        foreach (var f in Enumerable.Range(0, sizes.Length))
        {
            _first[f] = Columns;
            Columns += sizes[f];
        }
    }

    public int Fields => _first.Length;

    /// <summary>Number of columns of all fields.</summary>
    public int Columns { get; }

    /// <summary>Column of a field's first bin.</summary>
    public int First(int field) => _first[field];

    /// <summary>The columns that are 1 in the row with these bins, rising.</summary>
    public int[] Active(ReadOnlySpan<int> bins)
    {
        var active = new int[bins.Length];
        for (var f = 0; f < bins.Length; f++)
        {
            active[f] = _first[f] + bins[f];
        }

        return active;
    }
}
