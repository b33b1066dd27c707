namespace ZiGong.Credit.Reading;

/// <summary>
/// Makes rejections that name no borrower: they show the field, what is wrong, and the value of an ordinary field; never a whole line, and
/// nothing of the columns that name the row or its subject, in whichever column that may have slipped.
/// </summary>
/// <param name="columns">Names of the cells.</param>
/// <param name="naming">Places of the cells that name the row or its subject.</param>
internal sealed class Refusals(IReadOnlyList<string> columns, IReadOnlySet<int> naming)
{
    // Shorter ones are parts of ordinary values by accident.
    private const int LongEnoughToTell = 4;

    public Rejection Of(long line, int column, string reason, ReadOnlySpan<string> cells) =>
        new(line, columns[column], reason, naming.Contains(column) ? "" : Shown(cells[column].Trim(), cells));

    private string Shown(string value, ReadOnlySpan<string> cells)
    {
        foreach (var at in naming)
        {
            var id = cells[at].Trim();
            if (id.Length > 0 && (id == value || (id.Length >= LongEnoughToTell && value.Contains(id, StringComparison.OrdinalIgnoreCase))))
            {
                return "";
            }
        }

        return RowMapper.Shorten(value);
    }
}
