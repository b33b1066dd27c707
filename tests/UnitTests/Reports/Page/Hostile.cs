using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Reports.Page;

/// <summary>A page of which every text is the same mischief.</summary>
internal static class Hostile
{
    public const string Text = "<script>alert(1)</script> & \"quoted\" 'single' | *bold* _low_ `tick` # [l](javascript:x) {{this}} \\ ~s~ $x$";

    public static ReportPage Page(string text = Text) => new(
        text, text, text,
        new ReportVerdict(Tone.Bad, text, text, [text, text], [new KeyFigure(text, text, text)], [new Paragraph(text)]),
        [
            new ReportSection("one", text, text, [new Paragraph(text), new Notes([text, text]), new Facts(text, [new Fact(text, text)], Code: true)]),
            new ReportSection(
                "two", text, "", [Table(text), new Figures(Figure(text)), new SampleList(text, [new SampleCard(text, [new Fact(text, text)], text)])]),
        ],
        text);

    public static Figure Figure(string text) => new(
        text, text, Plots.Bars(new Scale(text), [text], [new Group(text, Ink.Model, [0.5]), new Group("other", Ink.Fifth, [0.25])], 0.3), Table(text));

    private static DataTable Table(string text) => DataTable.Of(text, [text, "Value>"], [[text, new Cell(text, Tone.Warning)]]);
}
