using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Shouldly;
using Xunit;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;

namespace ZiGong.ReportTests;

/// <summary>The report of a real run, as text.</summary>
[Collection("reports")]
public sealed partial class RunReportTests(ReportedRun run)
{
    private const int Patience = 30_000; // ms

    private static readonly MarkdownPipeline Tables = new MarkdownPipelineBuilder().UsePipeTables().Build();

    [Fact]
    public async Task The_same_run_gives_the_same_bytes()
    {
        var again = RunReport.Of(await run.ReadAsync());
        HtmlReport.Write(again).ShouldBe(run.Html);
        MarkdownReport.Write(again).ShouldBe(run.Markdown);
    }

    [Fact]
    public void The_page_is_small_and_stands_alone()
    {
        Encoding.UTF8.GetByteCount(run.Html).ShouldBeLessThan(1_500_000);
        run.Html.ShouldNotContain("<script");
        run.Html.ShouldNotContain("<link rel=\"stylesheet\"");
        run.Html.ShouldContain("default-src 'none'");
        Drawings().Replace(run.Html, "").ShouldNotContain("http://", Case.Insensitive, "nothing is loaded from elsewhere");
        run.Html.ShouldNotContain("https://");
    }

    [Fact]
    public void The_verdict_comes_first_and_says_what_the_interval_allows()
    {
        var report = run.Facts.Result.Report!;
        var page = RunReport.Of(run.Facts);
        page.Verdict.Word.ShouldBe(report.FailedGates.Count == 0 ? "Model ready" : "Model rejected");
        run.Markdown.IndexOf("## Verdict", StringComparison.Ordinal).ShouldBeLessThan(run.Markdown.IndexOf("## What was run", StringComparison.Ordinal));
        var ks = report.AgainstScorecard[Credit.Metrics.Metric.Ks];

        // The lab draws its borrowers, and with fewer than five bads on the test side there is no interval.
        var allowed = !ks.HasEnds ? "cannot be said" : ks.Upper < 0 ? "worse" : ks.Lower > 0 ? "better" : "No difference";
        page.Verdict.Sentences.ShouldContain(s => s.Contains(allowed, StringComparison.Ordinal));
    }

    [Fact]
    public void Markdown_has_every_section_and_only_well_formed_tables()
    {
        var page = RunReport.Of(run.Facts);
        foreach (var section in page.Sections)
        {
            run.Markdown.ShouldContain($"\n## {MarkdownReport.Escape(section.Title)}\n");
        }

        var html = Markdig.Markdown.ToHtml(run.Markdown, Tables);
        var tables = Table().Matches(html).Select(m => m.Value).ToList();
        tables.Count.ShouldBe(Rule().Count(run.Markdown), "a table is read as something else");
        tables.Count.ShouldBeGreaterThan(20);
        foreach (var table in tables)
        {
            var columns = HeadCell().Count(table);
            foreach (var row in Row().Matches(table).Skip(1))
            {
                Cell().Count(row.Value).ShouldBe(columns, table);
            }
        }
    }

    [Fact]
    public void Markdown_shows_values_as_they_are()
    {
        var html = Markdig.Markdown.ToHtml(run.Markdown, Tables);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<a ");
        html.ShouldNotContain("<b>");
        var mischief = System.Net.WebUtility.HtmlEncode(ReportedRun.Mischief).Replace("&#39;", "'", StringComparison.Ordinal);
        html.ShouldContain($": {mischief}", Case.Sensitive, "in a prompt");
        html.ShouldContain($"<td>{mischief}</td>", Case.Sensitive, "in a cell");
    }

    [Fact]
    public void Shares_of_groups_add_up_before_and_after_the_selection()
    {
        var figures = RunReport.Of(run.Facts).Sections.Single(s => s.Id == "selection").Blocks.OfType<Figures>().Single().Items;
        figures.Count.ShouldBe(5, "class, period, sex, age group and remark");
        foreach (var figure in figures)
        {
            figure.Data.Rows.Sum(r => int.Parse(r[1].Text.Replace(",", "", StringComparison.Ordinal)))
                .ShouldBe(run.Facts.Result.Report!.Training, figure.Title);
            figure.Data.Rows.Sum(r => int.Parse(r[2].Text.Replace(",", "", StringComparison.Ordinal))).ShouldBe(run.Facts.Result.Report!.Kept, figure.Title);
        }
    }

    [Fact]
    public void Options_that_differ_are_named_with_value_and_default()
    {
        var table = RunReport.Of(run.Facts).Sections.Single(s => s.Id == "data").Blocks.OfType<DataTable>()
            .Single(t => t.Caption.StartsWith("Options", StringComparison.Ordinal));
        table.Rows.ShouldContain(r => r[0].Text == "Snapshot:Bins" && r[1].Text == "5" && r[2].Text == "10");
        table.Rows.ShouldNotContain(r => r[1].Text == r[2].Text);
    }

    [GeneratedRegex(@"^\|(?:---:?\|)+$", RegexOptions.Multiline, Patience)]
    private static partial Regex Rule();

    [GeneratedRegex("<th[ >]", RegexOptions.None, Patience)]
    private static partial Regex HeadCell();

    [GeneratedRegex("<td[ >]", RegexOptions.None, Patience)]
    private static partial Regex Cell();

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline, Patience)]
    private static partial Regex Table();

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline, Patience)]
    private static partial Regex Row();

    // The name space of SVG looks like an address and is none.
    [GeneratedRegex("xmlns=\"http://www.w3.org/2000/svg\"", RegexOptions.None, Patience)]
    private static partial Regex Drawings();
}
