using Shouldly;
using Xunit;

namespace ZiGong.UnitTests.Infra;

public sealed class MarkdownTests
{
    [Fact]
    public void A_line_is_long_by_its_characters_and_never_in_a_table() =>
        Markdown.LongLines("γγγγ\nγγγγγ\n| a table may be as wide as it likes |\n", limit: 4).ShouldBe([2]);

    [Fact]
    public void Links_are_found_across_lines_and_not_in_code() =>
        Markdown.Links("""
            See [the
            rules](rules.md#one), ![a picture](p.png) and `[not](this.md)`, nor an interval [.1, .2] (n = 3).
            """ + "\n```\n[nor](that.md)\n```\n[last](../last.md)\n").ShouldBe(["rules.md#one", "p.png", "../last.md"]);

    [Fact]
    public void Anchors_are_those_of_GitHub() =>
        Markdown.Anchors("""
            # What we found
            ## Does 30 % by score beat `chance`?
            ## Is another γ better than 1?
            ## Set-up, and [links](a.md)
            ## What we found
            """ + "\n```\n# a comment\n```\n").ShouldBe(
            ["what-we-found", "does-30--by-score-beat-chance", "is-another-γ-better-than-1", "set-up-and-links", "what-we-found-1"]);
}
