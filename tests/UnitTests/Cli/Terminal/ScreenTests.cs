using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Reports.Words;

namespace ZiGong.UnitTests.Cli.Terminal;

/// <summary>Where texts go, and that none of them steers the terminal: values of a table may hold any character but NUL.</summary>
public sealed class ScreenTests
{
    private const string Steering = "a\u001b[2Jb\rc\u0007d\u009b31me\u0000f\tg";
    private const string Plain = "a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFD31me\uFFFDf\tg";

    [Theory]
    [InlineData("", "")]
    [InlineData("plain ASCII ~", "plain ASCII ~")]
    [InlineData("Größe 数 👍 \u00a0", "Größe 数 👍 \u00a0")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    [InlineData(Steering, Plain)]
    [InlineData("\u007f", "\uFFFD")]
    public void Control_characters_but_tabs_and_line_breaks_are_replaced(string text, string expected) => PlainText.Of(text).ShouldBe(expected);

    [Fact]
    public void Lines_headings_and_notes_are_text()
    {
        var (screen, output, errors) = Open();

        screen.Line(Steering);
        screen.Heading(Steering);
        screen.Note(Steering);

        output.ToString().ShouldContain(Plain);
        output.ToString().Count(c => char.IsControl(c) && c is not ('\n' or '\t' or '\r')).ShouldBe(0);
        errors.ToString().ShouldBe(Plain + Environment.NewLine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cells_and_heads_of_tables_are_text(bool markdown)
    {
        var (screen, output, _) = Open(markdown: markdown);

        screen.Print(Format.Table(["h\u001b[1m>", "\u009bx"], [["c\u001b]0;title\u0007", "[bold]d[/]"]]));

        var text = output.ToString();
        text.Count(c => char.IsControl(c) && c is not ('\n' or '\r')).ShouldBe(0);
        text.ShouldContain("h\uFFFD[1m");
        text.ShouldContain("c\uFFFD]0;title\uFFFD");
        text.ShouldContain("[bold]d[/]");
    }

    [Fact]
    public void An_error_and_its_details_are_text()
    {
        var (screen, _, errors) = Open(verbose: true);

        screen.Fail(new InputException($"no file {Steering}")).ShouldBe(2);

        errors.ToString().ShouldStartWith($"zigong: no file {Plain}");
        errors.ToString().ShouldNotContain("\u001b");
    }

    [Fact]
    public void JSON_escapes_what_would_steer_a_terminal_and_says_the_same()
    {
        var (screen, output, _) = Open(json: true);

        screen.Data(new { Value = Steering });
        screen.DataLine(new { Value = Steering });

        output.ToString().Count(c => char.IsControl(c) && c is not ('\n' or '\r')).ShouldBe(0);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4, "three lines of an indented object, and one line");
        JsonDocument.Parse(lines[3]).RootElement.GetProperty("value").GetString().ShouldBe(Steering);
    }

    [Fact]
    public void Numbers_that_are_none_and_enumerations_have_names_in_JSON()
    {
        var (screen, output, _) = Open(json: true);

        screen.DataLine(new { Ks = double.NaN, Stage = Stage.Agent, Words = "Größe <b>" });

        output.ToString().Trim().ShouldBe("""{"ks":"NaN","stage":"Agent","words":"Größe <b>"}""");
    }

    [Fact]
    public void JSON_is_never_Markdown_nor_drawn_over()
    {
        new Screen(TextWriter.Null, TextWriter.Null, json: true, terminal: true, markdown: true).ShouldSatisfyAllConditions(
            screen => screen.Markdown.ShouldBeFalse(), screen => screen.Live.ShouldBeFalse());
        new Screen(TextWriter.Null, TextWriter.Null, terminal: true).Live.ShouldBeTrue();
        new Screen(TextWriter.Null, TextWriter.Null, terminal: true, markdown: true).Live.ShouldBeFalse();
    }

    [Fact]
    public void A_paragraph_of_a_document_is_followed_by_an_empty_line()
    {
        var (screen, output, _) = Open(markdown: true);

        screen.Line("one");
        screen.Line();
        screen.Line("two");

        output.ToString().ReplaceLineEndings("\n").ShouldBe("one\n\n\ntwo\n\n");
    }

    [Fact]
    public void A_wide_table_in_a_pipe_is_not_squeezed_into_eighty_columns()
    {
        var (screen, output, _) = Open();

        screen.Print(Format.Table(["a", "b"], [[new string('x', 90), new string('y', 60)]]));

        output.ToString().ShouldContain(new string('x', 90));
        output.ToString().ShouldContain(new string('y', 60));
    }

    private static (Screen Screen, StringWriter Output, StringWriter Errors) Open(bool json = false, bool verbose = false, bool markdown = false)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        return (new Screen(output, errors, json, verbose, markdown: markdown), output, errors);
    }
}
