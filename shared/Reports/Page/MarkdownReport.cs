using System.Text;

namespace ZiGong.Reports.Page;

/// <summary>
/// A report as Markdown (CommonMark with tables): where the page has a plot, this has the table behind it. Texts are
/// escaped, so that none of them is markup.
/// </summary>
public static class MarkdownReport
{
    // All ASCII punctuation that CommonMark or its tables give a meaning to; a backslash before it makes it a plain character.
    private const string Special = "\\`*_{}[]()<>#+-.!|~&:=\"'$^";

    public static string Write(ReportPage page)
    {
        var text = new StringBuilder();
        text.Append($"# {Escape(page.Title)}\n\n{Escape(page.Kicker)}: {Escape(page.Subtitle)}\n\n");
        text.Append($"## Verdict: {Escape(page.Verdict.Word)}\n\n**{Escape(page.Verdict.Headline)}**\n\n");
        foreach (var sentence in page.Verdict.Sentences)
        {
            text.Append($"{Escape(sentence)}\n\n");
        }

        if (page.Verdict.Figures.Count > 0)
        {
            Write(text, DataTable.Of("", ["Figure", "Value>", ""], page.Verdict.Figures.Select(f => (IReadOnlyList<Cell>)[f.Label, f.Value, f.Detail])));
        }

        Write(text, page.Verdict.Blocks);
        foreach (var section in page.Sections)
        {
            text.Append($"## {Escape(section.Title)}\n\n");
            if (section.Lead.Length > 0)
            {
                text.Append($"{Escape(section.Lead)}\n\n");
            }

            Write(text, section.Blocks);
        }

        return text.Append($"---\n\n{Escape(page.Origin)}\n").ToString();
    }

    /// <summary>One line of text that Markdown shows as it is.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 16);
        foreach (var c in value)
        {
            if (char.IsControl(c))
            {
                text.Append(' ');
                continue;
            }

            if (Special.Contains(c))
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.ToString().Trim();
    }

    /// <summary>Lines that Markdown shows as they are: in a fence longer than any row of back-ticks within.</summary>
    public static string Fenced(string value)
    {
        var (longest, current) = (0, 0);
        foreach (var c in value)
        {
            current = c == '`' ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        var fence = new string('`', Math.Max(3, longest + 1));
        return $"{fence}text\n{value.ReplaceLineEndings("\n").TrimEnd('\n')}\n{fence}\n\n";
    }

    private static void Write(StringBuilder text, IEnumerable<ReportBlock> blocks)
    {
        foreach (var block in blocks)
        {
            Write(text, block);
        }
    }

    private static void Write(StringBuilder text, ReportBlock block)
    {
        switch (block)
        {
            case Paragraph paragraph:
                text.Append($"{Escape(paragraph.Text)}\n\n");
                break;
            case Notes notes:
                foreach (var note in notes.Items)
                {
                    text.Append($"- {Escape(note)}\n");
                }

                text.Append('\n');
                break;
            case Facts facts:
                Write(text, DataTable.Of(facts.Title, ["Name", "Value"], facts.Items.Select(f => (IReadOnlyList<Cell>)[f.Name, f.Value])));
                break;
            case DataTable table:
                Write(text, table);
                break;
            case Figures figures:
                foreach (var figure in figures.Items)
                {
                    text.Append($"### {Escape(figure.Title)}\n\n{Escape(figure.Alt)}\n\n");
                    Write(text, figure.Data);
                }

                break;
            case SampleList samples:
                Write(text, samples);
                break;
            default:
                throw new ArgumentException($"no Markdown for {block.GetType().Name}", nameof(block));
        }
    }

    private static void Write(StringBuilder text, DataTable table)
    {
        if (table.Caption.Length > 0)
        {
            text.Append($"*{Escape(table.Caption)}*\n\n");
        }

        text.Append($"| {string.Join(" | ", table.Columns.Select(c => Escape(c.Name)))} |\n");
        text.Append($"|{string.Join('|', table.Columns.Select(c => c.Numeric ? "---:" : "---"))}|\n");
        foreach (var row in table.Rows)
        {
            text.Append($"| {string.Join(" | ", row.Select(c => Escape(c.Text)))} |\n");
        }

        text.Append('\n');
    }

    private static void Write(StringBuilder text, SampleList samples)
    {
        text.Append($"### {Escape(samples.Title)}\n\n");
        foreach (var sample in samples.Samples)
        {
            text.Append($"#### {Escape(sample.Heading)}\n\n");
            foreach (var fact in sample.Facts)
            {
                text.Append($"- {Escape(fact.Name)}: {Escape(fact.Value)}\n");
            }

            text.Append($"\n{Fenced(sample.Text)}");
        }
    }
}
