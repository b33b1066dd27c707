using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Reports.Page;

/// <summary>The page as HTML: whatever a table or a descriptor says is text in it.</summary>
public sealed partial class HtmlReportTests
{
    private const int Patience = 10_000; // ms

    [Fact]
    public void No_text_becomes_markup_in_whatever_block_it_stands()
    {
        var html = HtmlReport.Write(Hostile.Page());

        html.ShouldNotContain("<script");
        html.ShouldNotContain("</script");
        Handler().Count(html).ShouldBe(0, "an attribute was broken out of");
        System.Net.WebUtility.HtmlDecode(html).Split(Hostile.Text).Length.ShouldBeGreaterThan(30, "the texts themselves are there");
    }

    [Fact]
    public void Every_element_that_opens_closes()
    {
        var html = Void().Replace(HtmlReport.Write(Hostile.Page()), "");
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(html[html.IndexOf("<html", StringComparison.Ordinal)..]))
        {
            if (tag.Groups["close"].Length > 0)
            {
                open.Pop().ShouldBe(tag.Groups["name"].Value);
            }
            else if (tag.Groups["self"].Length == 0)
            {
                open.Push(tag.Groups["name"].Value);
            }
        }

        open.ShouldBeEmpty();
    }

    [Fact]
    public void Ids_stand_once()
    {
        var page = Hostile.Page("plain");
        var html = HtmlReport.Write(page with { Sections = [page.Sections[0], page.Sections[1], page.Sections[1] with { Id = "three" }] });

        var ids = Id().Matches(html).Select(m => m.Groups["id"].Value).ToList();
        ids.Count.ShouldBeGreaterThan(10);
        ids.Distinct().Count().ShouldBe(ids.Count);
    }

    [Fact]
    public void Every_section_is_reached_from_the_list_at_the_side()
    {
        var html = HtmlReport.Write(Hostile.Page("plain"));
        foreach (var id in new[] { "verdict", "one", "two" })
        {
            html.ShouldContain($"<a href=\"#{id}\">");
            html.ShouldContain($"<section id=\"{id}\"");
        }
    }

    [Theory]
    [InlineData(Tone.Good, "tone-good", "✓")]
    [InlineData(Tone.Bad, "tone-bad", "✕")]
    [InlineData(Tone.Warning, "tone-warning", "!")]
    [InlineData(Tone.Neutral, "tone-neutral", "•")]
    public void A_verdict_has_a_mark_beside_its_colour(Tone tone, string css, string mark)
    {
        var page = Hostile.Page("plain");
        var html = HtmlReport.Write(page with { Verdict = page.Verdict with { Tone = tone } });

        html.ShouldContain($"class=\"verdict {css}\"");
        html.ShouldContain($"<span class=\"mark\" aria-hidden=\"true\">{mark}</span> plain</p>");
    }

    [Fact]
    public void Cells_are_marked_by_their_tone_and_neutral_ones_are_not()
    {
        DataTable table = DataTable.Of("c", ["Name", "Text", "Figure>"], [["a", new Cell("bad", Tone.Bad), "1"]]);
        var page = Hostile.Page("plain") with { Sections = [new ReportSection("s", "S", "", [table])] };

        var html = HtmlReport.Write(page);

        html.ShouldContain("<td class=\"text tone-bad\"><span class=\"mark\" aria-hidden=\"true\">✕</span> bad</td><td class=\"number tone-neutral\">1</td>");
    }

    [Fact]
    public void What_is_empty_leaves_no_empty_element()
    {
        var page = new ReportPage("k", "t", "s", new ReportVerdict(Tone.Neutral, "w", "h", [], [], []), [new ReportSection("e", "E", "", [])], "o");

        var html = HtmlReport.Write(page);

        html.ShouldNotContain("class=\"lead\"");
        html.ShouldNotContain("class=\"keys\"");
        html.ShouldContain("<section id=\"e\"");
    }

    [Fact]
    public void Characters_that_XML_does_not_know_do_not_stop_a_page_with_plots()
    {
        var html = HtmlReport.Write(Hostile.Page("a\u0001b\u001b[31mc\uFFFEd\uD800e"));

        html.ShouldContain("<svg");
        Label().Matches(html).Select(m => m.Groups["text"].Value).Distinct().ShouldBe(["a\uFFFDb\uFFFD[31mc\uFFFDd\uFFFDe"]);
    }

    [Fact]
    public void The_same_page_gives_the_same_bytes() => HtmlReport.Write(Hostile.Page()).ShouldBe(HtmlReport.Write(Hostile.Page()));

    [Fact]
    public void A_table_whose_rows_do_not_fit_its_columns_is_refused_with_its_name() =>
        Should.Throw<ArgumentException>(() => DataTable.Of("Sides", ["A", "B"], [["1", "2"], ["1"]])).Message
            .ShouldBe("table 'Sides' has 2 columns, but a row has 1 cells");

    [GeneratedRegex("<(?:meta|link)\\b[^>]*>", RegexOptions.None, Patience)]
    private static partial Regex Void();

    [GeneratedRegex("<(?<close>/?)(?<name>[a-zA-Z0-9]+)(?:\"[^\"]*\"|[^>\"])*?(?<self>/?)>", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Tag();

    [GeneratedRegex("<[a-z0-9]+(?: [a-zA-Z-]+=\"[^\"]*\")* on[a-z]+=", RegexOptions.None, Patience)]
    private static partial Regex Handler();

    [GeneratedRegex("aria-label=\"(?<text>a[^\"]+)\"", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Label();

    [GeneratedRegex(" id=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Id();
}
