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
        // Four sums, so that no addition waits for the one before.
        var mine = active[row];
        double a = parameters[^1], b = 0, c = 0, d = 0;
        var i = 0;
        for (; i <= mine.Length - 4; i += 4)
        {
            a += parameters[mine[i]];
            b += parameters[mine[i + 1]];
            c += parameters[mine[i + 2]];
            d += parameters[mine[i + 3]];
        }

        for (; i < mine.Length; i++)
        {
            a += parameters[mine[i]];
        }

        return a + b + (c + d);
    }

    /// <summary>Adds a row times a number to what has one entry per column, and last one for the intercept.</summary>
    public void AddTo(Span<double> target, int row, double times)
    {
        foreach (var column in active[row])
        {
            target[column] += times;
        }

        target[^1] += times;
    }
}
