using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Shouldly;
using Xunit;
using ZiGong.Reports.Charts;

namespace ZiGong.UnitTests.Reports.Charts;

/// <summary>What stands where in a plot.</summary>
public sealed class PlotsTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly sixteen.", "exactly sixteen.")]
    [InlineData("monthly_income_of_the_household", "monthly_income_\nof_the_household")]
    [InlineData("payment history of all the loans", "payment history\nof all the loans")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnop\nqrstuvwxyz")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "abcdefghijklmnop\nqrstuvwxyzabcde…")]
    public void Long_labels_stand_on_two_lines_at_most(string name, string label) =>
        Categories(Plots.Bars(new Scale("x"), [name], [new Group("g", Ink.Model, [1])])).ShouldBe([label]);

    [Fact]
    public void The_first_category_stands_on_top()
    {
        var axis = Plots.Dots(new Scale("x"), ["first", "second"], [new Group("g", Ink.Model, [1, 2])]).Axes.OfType<CategoryAxis>().Single();

        (axis.StartPosition, axis.EndPosition).ShouldBe((1, 0));
        axis.Labels.ShouldBe(["first", "second"]);
    }

    [Fact]
    public void One_thing_needs_no_legend_and_two_have_one()
    {
        Plots.Bars(new Scale("x"), ["a"], [new Group("g", Ink.Model, [1])]).Legends.ShouldBeEmpty();
        Plots.Bars(new Scale("x"), ["a"], [new Group("g", Ink.Model, [1]), new Group("h", Ink.Good, [1])]).Legends.Count.ShouldBe(1);
        Plots.Lines(new Scale("x"), new Scale("y"), [new Line("a", Ink.Model, [])]).Legends.ShouldBeEmpty();
    }

    [Fact]
    public void Groups_of_a_forest_lie_beside_each_other_around_their_name()
    {
        var plot = Plots.Forest(new Scale("x"), [
            ("one", Ink.Model, [new Estimate("a", 1, 0, 2), new Estimate("b", 2, 1, 3)]),
            ("two", Ink.Baseline, [new Estimate("b", 3, 2, 4), new Estimate("c", 4, 3, 5)])]);

        Categories(plot).ShouldBe(["a", "b", "c"]);
        plot.Series.OfType<ScatterSeries>().Select(s => s.Points.Select(p => (p.X, p.Y)).ToArray())
            .ShouldBe([[(1, -0.125), (2, 0.875)], [(3, 1.125), (4, 2.125)]]);
        Bars(plot).ShouldBe([(0, 2, -0.125), (1, 3, 0.875), (2, 4, 1.125), (3, 5, 2.125)]);
    }

    [Fact]
    public void A_figure_without_an_interval_is_a_point_without_a_bar()
    {
        var plot = Plots.Forest(new Scale("x"), [("g", Ink.Model, [new Estimate("a", 1, double.NaN, double.NaN), new Estimate("b", 2, 1, 3)])]);

        Bars(plot).ShouldBe([(1, 3, 1)]);
        plot.Series.OfType<ScatterSeries>().Single().Points.Count.ShouldBe(2);
    }

    [Fact]
    public void Dashed_lines_stand_at_their_values()
    {
        double[] At(PlotModel plot) => [.. plot.Annotations.OfType<LineAnnotation>().Select(a => a.X)];

        At(Plots.Forest(new Scale("x"), [("g", Ink.Model, [])])).ShouldBe([0]);
        At(Plots.Forest(new Scale("x"), [("g", Ink.Model, [])], 0.8)).ShouldBe([0.8]);
        At(Plots.Forest(new Scale("x"), [("g", Ink.Model, [])], null)).ShouldBeEmpty();
        At(Plots.Bars(new Scale("x"), ["a"], [new Group("g", Ink.Model, [1])], 0.1, 0.25)).ShouldBe([0.1, 0.25]);
    }

    [Fact]
    public void What_a_category_lacks_is_not_joined()
    {
        var joins = Plots.Dots(new Scale("x"), ["a", "b"], [new Group("g", Ink.Model, [1, double.NaN]), new Group("h", Ink.Good, [2, 3])]).Series
            .OfType<LineSeries>().ToList();

        joins.Select(j => j.Points.Select(p => (p.X, p.Y)).ToArray()).ShouldBe([[(1, 0), (2, 0)], [(3, 1)]]);
    }

    [Fact]
    public void Boxes_of_groups_stand_side_by_side_and_missing_ones_leave_their_place_free()
    {
        var box = new Box(0, 1, 2, 3, 4);
        var plot = Plots.Boxes(new Scale("y"), ["p1", "p2"], [("a", Ink.Good, [box, box]), ("b", Ink.Bad, [null, box])]);

        var items = plot.Series.OfType<BoxPlotSeries>().Select(s => s.Items.ToArray()).ToArray();
        items.Select(i => i.Select(b => Math.Round(b.X, 9)).ToArray()).ShouldBe([[-0.15, 0.85], [1.15]]);
        (items[1][0].LowerWhisker, items[1][0].BoxBottom, items[1][0].Median, items[1][0].BoxTop, items[1][0].UpperWhisker).ShouldBe((0, 1, 2, 3, 4));
    }

    [Fact]
    public void An_axis_without_ends_follows_the_data()
    {
        var axes = Plots.Lines(new Scale("x", 0, 1, "0 %"), new Scale("y"), [new Line("a", Ink.Model, [(0, 0)])]).Axes.OfType<LinearAxis>().ToList();

        (axes[0].Minimum, axes[0].Maximum, axes[0].StringFormat, axes[0].Title).ShouldBe((0, 1, "0 %", "x"));
        (double.IsNaN(axes[1].Minimum), double.IsNaN(axes[1].Maximum)).ShouldBe((true, true));
    }

    [Fact]
    public void Lines_are_told_apart_without_their_colours()
    {
        var lines = Plots.Lines(
            new Scale("x"), new Scale("y"),
            [.. Enumerable.Range(0, 5).Select(i => new Line($"{i}", Inks.Series[i], [(0, i), (1, i)]))]).Series.OfType<LineSeries>();

        lines.Select(l => string.Join(' ', l.Dashes ?? [])).Distinct().Count().ShouldBe(5);
    }

    private static IEnumerable<string> Categories(PlotModel plot) => plot.Axes.OfType<CategoryAxis>().Single().Labels;

    private static IEnumerable<(double From, double To, double Y)> Bars(PlotModel plot) =>
        plot.Series.OfType<LineSeries>().Select(s => (s.Points[0].X, s.Points[1].X, s.Points[0].Y));
}
