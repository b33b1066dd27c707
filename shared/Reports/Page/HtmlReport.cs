using System.Reflection;
using HandlebarsDotNet;
using ZiGong.Reports.Charts;

namespace ZiGong.Reports.Page;

/// <summary>
/// A report as one HTML file: style sheet and plots lie in it, there is no script, and its policy forbids loading anything. Every text
/// goes through the template's escaping; only the style sheet and the plots, which this program writes itself, do not.
/// </summary>
public static class HtmlReport
{
    private static readonly Lazy<HandlebarsTemplate<object, object>> Template = new(Compile);
    private static readonly Lazy<string> Css = new(() => Resource("page.css"));

    public static string Write(ReportPage page)
    {
        var numbers = new Numbers();
        return Template.Value(new
        {
            Css = Css.Value,
            page.Kicker,
            page.Title,
            page.Subtitle,
            page.Origin,
            Verdict = new
            {
                Tone = Css1(page.Verdict.Tone), Mark = Mark(page.Verdict.Tone), page.Verdict.Word, page.Verdict.Headline, page.Verdict.Sentences,
                page.Verdict.Figures,
                Blocks = page.Verdict.Blocks.Select(b => View(b, numbers)).ToList(),
            },
            Sections = page.Sections.Select(s => new { s.Id, s.Title, s.Lead, Blocks = s.Blocks.Select(b => View(b, numbers)).ToList() }).ToList(),
        });
    }

    private static object View(ReportBlock block, Numbers numbers) => block switch
    {
        Paragraph paragraph => new { Kind = "paragraph", paragraph.Text },
        Notes notes => new { Kind = "notes", notes.Items },
        Facts facts => new { Kind = "facts", facts.Title, facts.Items, Class = facts.Code ? "facts code" : "facts" },
        DataTable table => View(table, numbers),
        Figures figures => new { Kind = "figures", Items = figures.Items.Select(f => View(f, numbers)).ToList() },
        SampleList samples => new { Kind = "samples", samples.Title, samples.Samples },
        _ => throw new ArgumentException($"no template for {block.GetType().Name}", nameof(block)),
    };

    private static object View(DataTable table, Numbers numbers) => new
    {
        Kind = "table",
        Id = numbers.Next("table"),
        table.Caption,
        Columns = table.Columns.Select(c => new { c.Name, Class = c.Numeric ? "number" : "text" }).ToList(),
        Rows = table.Rows.Select(row => new
        {
            Name = row[0].Text,
            Cells = row.Skip(1).Select((cell, i) => new
            {
                cell.Text, Class = $"{(table.Columns[i + 1].Numeric ? "number" : "text")} {Css1(cell.Tone)}",
                Mark = cell.Tone == Tone.Neutral ? "" : Mark(cell.Tone),
            }).ToList(),
        }).ToList(),
    };

    private static object View(Figure figure, Numbers numbers)
    {
        var id = numbers.Next("plot");
        return new
        {
            Id = id,
            figure.Title,
            Wide = ChartSvg.Render(figure.Plot, Figure.WideWidth, figure.Height, $"{id}-w", figure.Alt, "wide"),
            Narrow = ChartSvg.Render(figure.Plot, Figure.NarrowWidth, figure.Height, $"{id}-n", figure.Alt, "narrow"),
            figure.Alt,
            Data = View(figure.Data, numbers),
        };
    }

    private static string Css1(Tone tone) => $"tone-{tone.ToString().ToLowerInvariant()}";

    private static string Mark(Tone tone) => tone switch
    {
        Tone.Good => "✓",
        Tone.Bad => "✕",
        Tone.Warning => "!",
        _ => "•",
    };

    private static HandlebarsTemplate<object, object> Compile()
    {
        // An unknown name is a mistake in the template, and must not leave a hole in the page.
        var handlebars = Handlebars.Create(new HandlebarsConfiguration { TextEncoder = new HtmlEncoder(), ThrowOnUnresolvedBindingExpression = true });
        foreach (var partial in new[] { "paragraph", "notes", "facts", "table", "figures", "samples" })
        {
            handlebars.RegisterTemplate(partial, Resource($"{partial}.hbs"));
        }

        return handlebars.Compile(Resource("page.hbs"));
    }

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"report/{name}")
            ?? throw new InvalidOperationException($"resource report/{name} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Ids that stand once on a page.</summary>
    private sealed class Numbers
    {
        private int _last;

        public string Next(string prefix) => $"{prefix}-{++_last}";
    }
}
