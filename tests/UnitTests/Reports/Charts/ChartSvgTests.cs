using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Series;
using Shouldly;
using Xunit;
using ZiGong.Reports.Charts;

namespace ZiGong.UnitTests.Reports.Charts;

/// <summary>Plots as drawings of a page: inks for colours, ids of their own, text that is text.</summary>
public sealed class ChartSvgTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Kinds => [.. All.Keys];

    private static Dictionary<string, PlotModel> All => new(StringComparer.Ordinal)
    {
        ["lines"] = Plots.Lines(
            new Scale("x", 0, 1), new Scale("y"),
            [new Line("a", Ink.Good, [(0, 0), (1, 1)]), new Line("b", Ink.Limit, [(0, 1), (1, 0)], Marked: true, Steps: true)]),
        ["curves"] = Plots.Curves(
            new Scale("x"), new Scale("y"),
            [new Curve("c", Ink.Model, [new(0, 0.5, 0.4, 0.6, [0.45, 0.55]), new(1, 0.7, double.NaN, double.NaN, [])])],
            new Line("r", Ink.Limit, [(0, 0), (1, 1)])),
        ["forest"] = Plots.Forest(new Scale("x"), [("g", Ink.Model, [new Estimate("one", 0.1, 0, 0.2), new Estimate("two", 0.1, double.NaN, double.NaN)])]),
        ["bars"] = Plots.Bars(new Scale("x", 0), ["a", "b"], [new Group("g", Ink.Model, [1, 2]), new Group("h", Ink.Fifth, [0, 1])], 1.5),
        ["dots"] = Plots.Dots(new Scale("x"), ["a", "b"], [new Group("g", Ink.Model, [1, double.NaN]), new Group("h", Ink.Third, [2, 3])]),
        ["boxes"] = Plots.Boxes(
            new Scale("y"), ["p1", "p2"], [("g", Ink.Good, [new Box(0, 1, 2, 3, 4), null]), ("h", Ink.Bad, [null, new Box(1, 1, 1, 1, 1)])]),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_drawn_in_inks_alone_without_script_or_fonts(string kind)
    {
        var drawing = Render(All[kind]);

        drawing.Root!.Attribute("aria-label")!.Value.ShouldBe("what it shows");
        drawing.Descendants().ShouldNotContain(e => e.Name.LocalName == "script" || e.Name.LocalName == "image");
        drawing.Descendants().Attributes()
            .ShouldNotContain(a => a.Name.LocalName == "font-family" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        foreach (var style in drawing.Descendants().Attributes("style"))
        {
            style.Value.ShouldNotContain("rgb(", Case.Sensitive, "a colour of its own is right in the light or in the dark, not in both");
        }

        drawing.ToString().ShouldContain("var(--ink-");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Numbers_have_one_place_and_none_is_NaN(string kind)
    {
        foreach (var value in Render(All[kind]).Descendants().Attributes().Where(a => a.Name.LocalName is "d" or "points" or "x" or "y").Select(a => a.Value))
        {
            value.ShouldNotContain("NaN");
            value.Split([' ', ',']).Where(n => double.TryParse(n, CultureInfo.InvariantCulture, out _))
                .ShouldAllBe(n => n.Length - n.IndexOf('.') <= 2 || !n.Contains('.'));
        }
    }

    [Fact]
    public void Two_drawings_on_a_page_share_no_id()
    {
        string[] Ids(string id) =>
            [.. XDocument.Parse(ChartSvg.Render(All["lines"], 300, 200, id, "a", "c")).Descendants().Attributes("id").Select(a => a.Value)];

        Ids("plot-1").ShouldNotBeEmpty();
        Ids("plot-1").Intersect(Ids("plot-2")).ShouldBeEmpty();
        Ids("plot-1").ShouldAllBe(id => id.StartsWith("plot-1-", StringComparison.Ordinal));
    }

    [Fact]
    public void Clips_name_a_path_that_is_there()
    {
        var drawing = Render(All["curves"]);
        var ids = drawing.Descendants().Attributes("id").Select(a => $"url(#{a.Value})").ToHashSet(StringComparer.Ordinal);

        drawing.Descendants().Attributes("clip-path").Select(a => a.Value).ShouldBeSubsetOf(ids);
        drawing.Descendants(Svg + "g").Where(g => g.Descendants(Svg + "text").Any()).Attributes("clip-path")
            .ShouldBeEmpty("text may be wider than was thought");
    }

    [Fact]
    public void A_text_is_text_in_labels_and_in_what_stands_for_the_plot()
    {
        const string mischief = "<b>&\"'";
        var plot = Plots.Bars(new Scale(mischief), [mischief], [new Group(mischief, Ink.Model, [1])]);

        var text = ChartSvg.Render(plot, 300, 200, "p", mischief, "wide");

        text.ShouldNotContain("<b>");
        XDocument.Parse(text).Root!.Attribute("aria-label")!.Value.ShouldBe(mischief);
        XDocument.Parse(text).Descendants(Svg + "text").Select(t => t.Value).ShouldContain(mischief);
    }

    [Fact]
    public void Size_and_class_are_those_asked_for()
    {
        var root = XDocument.Parse(ChartSvg.Render(All["bars"], 450, 320, "p", "alt", "wide")).Root!;

        (root.Attribute("width")!.Value, root.Attribute("height")!.Value, root.Attribute("viewBox")!.Value).ShouldBe(("450", "320", "0 0 450 320"));
        (root.Attribute("class")!.Value, root.Attribute("role")!.Value).ShouldBe(("wide", "img"));
    }

    [Fact]
    public void A_colour_that_is_no_ink_is_a_mistake_and_said_so()
    {
        var plot = Plots.Lines(new Scale("x"), new Scale("y"), [new Line("a", Ink.Model, [(0, 0), (1, 1)])]);
        plot.Series.Add(new LineSeries { Color = OxyColors.Red, Points = { new DataPoint(0, 0), new DataPoint(1, 1) } });

        Should.Throw<InvalidOperationException>(() => Render(plot)).Message.ShouldContain("which is not an ink");
    }

    [Fact]
    public void Every_ink_has_a_variable_of_its_own()
    {
        Inks.Variables.Count.ShouldBe(Enum.GetValues<Ink>().Length);
        Inks.Variables.Values.Distinct().Count().ShouldBe(Inks.Variables.Count);
        Inks.Series.Distinct().Count().ShouldBe(Inks.Series.Count, "things side by side are told apart");
        Inks.Series.ShouldNotContain(Ink.Limit);
    }

    private static XDocument Render(PlotModel plot) => XDocument.Parse(ChartSvg.Render(plot, 450, 320, "p", "what it shows", "wide"));
}
