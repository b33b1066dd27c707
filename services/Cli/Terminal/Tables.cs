using Spectre.Console;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Terminal;

/// <summary>Tables for the screen.</summary>
public static class Tables
{
    extension(Format)
    {
        /// <summary>A plain table; <paramref name="columns"/> whose name ends in &gt; are right aligned. Cells are text, not markup.</summary>
        public static Table Table(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var column in columns)
            {
                var right = column.EndsWith('>');
                var header = new TableColumn(new Text(PlainText.Of(right ? column[..^1] : column)));
                table.AddColumn(right ? header.RightAligned() : header);
            }

            foreach (var row in rows)
            {
                table.AddRow(row.Select(cell => new Text(PlainText.Of(cell))));
            }

            return table;
        }
    }
}
