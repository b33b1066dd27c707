namespace ZiGong.Credit.Scorecards;

/// <summary>Rows of a one-hot matrix, each given by its active columns (rising).</summary>
public sealed class OneHotRows(int[][] active, int columns)
{
    public int Count => active.Length;

    public int Columns => columns;

    public ReadOnlySpan<int> this[int row] => active[row];

    public OneHotRows Take(IEnumerable<int> rows) => new([.. rows.Select(r => active[r])], columns);

    /// <summary>wᵀx + b, where b is the last of the <paramref name="parameters"/>.</summary>
    public double Score(int row, ReadOnlySpan<double> parameters)
    {
        var z = parameters[^1];
        foreach (var column in active[row])
        {
            z += parameters[column];
        }

        return z;
    }
}
