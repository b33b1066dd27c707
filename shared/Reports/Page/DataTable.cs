namespace ZiGong.Reports.Page;

/// <summary>A table; the first column names the rows.</summary>
public sealed record DataTable(string Caption, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : ReportBlock
{
    /// <param name="caption">What the table shows.</param>
    /// <param name="columns">A name that ends in &gt; is that of a right-aligned column of figures.</param>
    /// <param name="rows">As many cells each as there are columns.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public static DataTable Of(string caption, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        IReadOnlyList<Cell>[] all = [.. rows];
        if (all.FirstOrDefault(r => r.Count != columns.Count) is { } odd)
        {
            throw new ArgumentException($"table '{caption}' has {columns.Count} columns, but a row has {odd.Count} cells");
        }

        return new DataTable(caption, [.. columns.Select(c => c.EndsWith('>') ? new Column(c[..^1], true) : new Column(c, false))], all);
    }
}

public sealed record Column(string Name, bool Numeric);

/// <summary>A cell with its plain text.</summary>
public sealed record Cell(string Text, Tone Tone = Tone.Neutral)
{
    public static implicit operator Cell(string text) => new(text);
}
