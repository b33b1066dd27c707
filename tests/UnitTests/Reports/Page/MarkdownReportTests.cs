using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Reports.Page;

/// <summary>The page as Markdown: texts are shown as they are, tables stay tables.</summary>
public sealed partial class MarkdownReportTests
{
    [Theory]
    [InlineData("plain words 123", "plain words 123")]
    [InlineData("a|b", "a\\|b")]
    [InlineData("1. item", "1\\. item")]
    [InlineData("- item", "\\- item")]
    [InlineData("<b>x</b>", "\\<b\\>x\\</b\\>")]
    [InlineData("two\nlines\tand a tab", "two lines and a tab")]
    [InlineData("\r\n  edges  \n", "edges")]
    [InlineData("back\\slash", "back\\\\slash")]
    [InlineData("Ünïcode 数 👍", "Ünïcode 数 👍")]
    [InlineData("", "")]
    public void A_text_is_one_line_that_means_nothing_to_Markdown(string text, string expected) => MarkdownReport.Escape(text).ShouldBe(expected);

    [Theory]
    [InlineData("no ticks", "```")]
    [InlineData("one ` two `` ticks", "```")]
    [InlineData("three ``` ticks", "````")]
    [InlineData("five ````` and ``` ticks", "``````")]
    public void A_fence_is_longer_than_any_within(string text, string fence) =>
        MarkdownReport.Fenced(text).ShouldBe($"{fence}text\n{text}\n{fence}\n\n");

    [Fact]
    public void A_fenced_text_keeps_its_lines_and_loses_only_the_last_breaks() =>
        MarkdownReport.Fenced("a\r\nb\rc\n\n").ShouldBe("```text\na\nb\nc\n```\n\n");

    [Fact]
    public void A_page_by_hand()
    {
        var page = new ReportPage(
            "Kind", "Title", "Sub",
            new ReportVerdict(Tone.Good, "Ready", "It works.", ["One.", "Two."], [new KeyFigure("KS", "0.5", "[0.4, 0.6]")], [new Paragraph("Why.")]),
            [
                new ReportSection("a", "First", "Lead here.", [new Notes(["n1", "n2"]), new Facts("Hashes", [new Fact("Run", "r-1")])]),
                new ReportSection("b", "Second", "", [DataTable.Of("", ["Name", "n>"], [["x", "1"], ["y", "22"]])]),
            ],
            "Origin");

        MarkdownReport.Write(page).ShouldBe("""
            # Title

            Kind: Sub

            ## Verdict: Ready

            **It works\.**

            One\.

            Two\.

            | Figure | Value |  |
            |---|---:|---|
            | KS | 0\.5 | \[0\.4, 0\.6\] |

            Why\.

            ## First

            Lead here\.

            - n1
            - n2

            *Hashes*

            | Name | Value |
            |---|---|
            | Run | r\-1 |

            ## Second

            | Name | n |
            |---|---:|
            | x | 1 |
            | y | 22 |

            ---

            Origin

            """);
    }

    [Fact]
    public void Rows_keep_their_cells_whatever_the_texts_hold()
    {
        foreach (var line in MarkdownReport.Write(Hostile.Page()).Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)))
        {
            var bars = line.Where((c, i) => c == '|' && (i == 0 || line[i - 1] != '\\')).Count();
            bars.ShouldBeOneOf([3, 4], line); // tables of two columns, and of the key figures' three
        }
    }

    [Fact]
    public void Outside_of_fences_no_character_of_Markdown_is_left_plain()
    {
        var fenced = false;
        foreach (var line in MarkdownReport.Write(Hostile.Page()).Split('\n'))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced)
            {
                Bare().Count(line).ShouldBe(0, line);
            }
        }

        fenced.ShouldBeFalse("every fence is closed");
    }

    [Fact]
    public void A_plot_is_the_table_behind_it()
    {
        var page = Hostile.Page("words") with { Sections = [new ReportSection("s", "S", "", [new Figures(Hostile.Figure("words"))])] };

        MarkdownReport.Write(page).ShouldContain("### words\n\nwords\n\n*words*\n\n| words | Value |\n|---|---:|\n| words | words |\n");
    }

    [Fact]
    public void A_sample_is_its_heading_its_facts_and_its_text()
    {
        var card = new SampleCard("1 of 9", [new Fact("Answer", "good")], "Income: 5\nJob: <b>");
        var page = Hostile.Page("w") with { Sections = [new ReportSection("s", "S", "", [new SampleList("Most", [card])])] };

        MarkdownReport.Write(page).ShouldContain("### Most\n\n#### 1 of 9\n\n- Answer: good\n\n```text\nIncome: 5\nJob: <b>\n```\n");
    }

    // Markup that Escape would have defused: a character with a meaning and no backslash before it, within the hostile text.
    [GeneratedRegex(@"(?<!\\)(?:<|>|&|\(javascript|\{|~s|\$x)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Bare();
}
