using System.Globalization;
using System.Text;

namespace ZiGong.Cli.Local.Results;

/// <summary>A table as it was measured, or why it was not.</summary>
/// <param name="Seconds">What measuring it took.</param>
internal sealed record MeasuredTable(ResultTable Table, string Text, long Seconds)
{
    private const string NotMeasured = "Not measured: ";

    public bool IsMissing => Text.Split('\n').Any(l => l.StartsWith(NotMeasured, StringComparison.Ordinal));

    public static string Missing(string why) => $"{NotMeasured}{why}\n";
}

/// <summary>A page for each data set, and an index: put together from the tables that there are.</summary>
/// <param name="index">The index's file; the pages lie in the folder of its name.</param>
internal sealed class ResultPages(string index, bool full, int cores)
{
    private readonly string _folder = Path.ChangeExtension(index, null);
    private readonly List<MeasuredTable> _tables = [];

    /// <summary>After every experiment, so that a stopped measurement leaves what it has.</summary>
    /// <param name="code">What it is measured with now.</param>
    public void Add(MeasuredTable table, string code)
    {
        _tables.Add(table);
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, $"{table.Table.Page}.md"), Page(table.Table.Page));
        File.WriteAllText($"{index}.new", Index(code));
        File.Move($"{index}.new", index, overwrite: true);
    }

    private string Page(string name)
    {
        var head = $"# {name}\n\nWritten by `./zigong results`: [all data sets](../{Path.GetFileName(index)}), [what we found](../findings.md).\n";
        return head + string.Concat(_tables.Where(t => t.Table.Page == name).Select(t => $"\n{t.Text}"));
    }

    private string Index(string code)
    {
        var took = full
            ? "All samples took part (`--full`), at most 1,000 in fidelity."
            : "At most 4,000 training and 1,500 reference samples took part, fewer where a command or a table says so (no `--full`).";
        var text = new StringBuilder(
            $"""
            # Results

            One page for each data set, written by `./zigong results`. What they say together is in [findings.md](findings.md), how the experiments are made
            in [experiments.md](experiments.md); [results/fidelity.md](results/fidelity.md) is an earlier draw of what scores are worth.

            {took}
            Measured with `./zigong results{(full ? " --full" : "")}` at commit {code} on {cores} cores, {_tables.Sum(t => t.Seconds) / 60} minutes.

            | Data set | Tables | Seconds |
            |---|---|--:|

            """);
        foreach (var page in _tables.GroupBy(t => t.Table.Page))
        {
            var links = page.Select(
                t => $"[{t.Table.Experiment}]({Path.GetFileName(_folder)}/{page.Key}.md#{t.Table.Experiment}){(t.IsMissing ? " (not measured)" : "")}");
            text.Append(CultureInfo.InvariantCulture, $"| {page.Key} | {string.Join(", ", links)} | {page.Sum(t => t.Seconds)} |\n");
        }

        return text.ToString();
    }
}
