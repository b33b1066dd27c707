using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ZiGong.Reports.Charts;

/// <summary>A line of a plot.</summary>
/// <param name="Marked">A marker at every point.</param>
/// <param name="Steps">Level from point to point.</param>
public sealed record Line(string Name, Ink Ink, IReadOnlyList<(double X, double Y)> Points, bool Marked = false, bool Steps = false);

/// <summary>A figure with its interval, on a line of its own.</summary>
public sealed record Estimate(string Name, double Value, double Lower, double Upper);

/// <summary>A line through means with their intervals and what they are the means of.</summary>
public sealed record Curve(string Name, Ink Ink, IReadOnlyList<CurvePoint> Points);

public sealed record CurvePoint(double X, double Mean, double Lower, double Upper, IReadOnlyList<double> Single);

/// <summary>What several categories have of one thing.</summary>
public sealed record Group(string Name, Ink Ink, IReadOnlyList<double> Values);

/// <summary>Lower whisker, lower quartile, median, upper quartile, upper whisker.</summary>
public sealed record Box(double Lowest, double Lower, double Median, double Upper, double Highest);

/// <summary>The kinds of plots that reports have, all of one look.</summary>
public static class Plots
{
    private const double FontSize = 12.5;

    /// <summary>Characters on a line of a category's label.</summary>
    private const int LabelLength = 16;

    // Told apart by dash and marker as well as by colour.
    private static readonly double[]?[] Dashes = [null, [7, 3], [9, 3, 2, 3], [2, 2.5], [12, 4]];
    private static readonly double[] LimitDashes = [3, 3];
    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Diamond, MarkerType.Triangle, MarkerType.Square, MarkerType.Circle];

    public static PlotModel Lines(Scale x, Scale y, IReadOnlyList<Line> lines)
    {
        var plot = Empty(lines.Count > 1);
        plot.Axes.Add(Axis(AxisPosition.Bottom, x));
        plot.Axes.Add(Axis(AxisPosition.Left, y));
        foreach (var (line, i) in lines.Select((l, i) => (l, i)))
        {
            var series = line.Steps ? new StairStepSeries() : new LineSeries();
            (series.Title, series.Color, series.StrokeThickness) = (line.Name, line.Ink.Color(), line.Ink == Ink.Limit ? 1.5 : 2);
            (series.LineStyle, series.Dashes) = (LineStyle.Solid, line.Ink == Ink.Limit ? LimitDashes : Dashes[i % Dashes.Length]);
            if (line.Marked)
            {
                (series.MarkerType, series.MarkerSize, series.MarkerFill) = (Markers[i % Markers.Length], 4, line.Ink.Color());
            }

            series.Points.AddRange(line.Points.Select(p => new DataPoint(p.X, p.Y)));
            plot.Series.Add(series);
        }

        return plot;
    }

    /// <param name="reference">A line to hold the curves against.</param>
    public static PlotModel Curves(Scale x, Scale y, IReadOnlyList<Curve> curves, Line? reference = null)
    {
        var lines = curves.Select(c => new Line(c.Name, c.Ink, [.. c.Points.Select(p => (p.X, p.Mean))], Marked: true));
        var plot = Lines(x, y, [.. lines, .. reference is null ? [] : new[] { reference }]);
        foreach (var curve in curves)
        {
            foreach (var point in curve.Points.Where(p => double.IsFinite(p.Lower + p.Upper)))
            {
                var bar = new LineSeries { Color = curve.Ink.Color(), StrokeThickness = 1 };
                bar.Points.AddRange([new DataPoint(point.X, point.Lower), new DataPoint(point.X, point.Upper)]);
                plot.Series.Add(bar);
            }

            var single = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 2, MarkerFill = curve.Ink.Color(), MarkerStrokeThickness = 0 };
            single.Points.AddRange(curve.Points.SelectMany(p => p.Single.Select(s => new ScatterPoint(p.X, s))));
            plot.Series.Add(single);
        }

        return plot;
    }

    /// <summary>Intervals one under the other, the first on top, with a line where nothing differs.</summary>
    public static PlotModel Forest(Scale x, IReadOnlyList<(string Group, Ink Ink, IReadOnlyList<Estimate> Estimates)> groups, double? reference = 0)
    {
        var plot = Empty(groups.Count > 1);
        IReadOnlyList<string> names = [.. groups.SelectMany(g => g.Estimates.Select(e => e.Name)).Distinct()];
        plot.Axes.Add(Axis(AxisPosition.Bottom, x));
        plot.Axes.Add(Categories(names));
        if (reference is { } nothing)
        {
            plot.Annotations.Add(Vertical(nothing));
        }

        foreach (var ((group, ink, estimates), g) in groups.Select((s, i) => (s, i)))
        {
            // Groups lie beside each other around the middle of the category.
            var shift = (g - ((groups.Count - 1) / 2.0)) * Math.Min(0.25, 0.7 / groups.Count);
            foreach (var e in estimates.Where(e => double.IsFinite(e.Lower + e.Upper)))
            {
                var bar = new LineSeries { Color = ink.Color(), StrokeThickness = 2 };
                var y = names.Index().First(n => n.Item == e.Name).Index + shift;
                bar.Points.AddRange([new DataPoint(e.Lower, y), new DataPoint(e.Upper, y)]);
                plot.Series.Add(bar);
            }

            var points = Scatter(group, ink, g);
            points.Points.AddRange(estimates.Select(e => new ScatterPoint(e.Value, names.Index().First(n => n.Item == e.Name).Index + shift)));
            plot.Series.Add(points);
        }

        return plot;
    }

    /// <summary>Horizontal bars, the first category on top.</summary>
    /// <param name="limits">Values at which a dashed line stands.</param>
    public static PlotModel Bars(Scale x, IReadOnlyList<string> categories, IReadOnlyList<Group> groups, params double[] limits)
    {
        var plot = Empty(groups.Count > 1);
        plot.Axes.Add(Axis(AxisPosition.Bottom, x));
        plot.Axes.Add(Categories(categories, gap: groups.Count == 1 ? 1.2 : 0.5));
        foreach (var group in groups)
        {
            var bars = new BarSeries { Title = group.Name, FillColor = group.Ink.Color(), StrokeColor = OxyColors.Transparent, StrokeThickness = 0 };
            bars.Items.AddRange(group.Values.Select((v, i) => new BarItem(v, i)));
            plot.Series.Add(bars);
        }

        foreach (var limit in limits)
        {
            plot.Annotations.Add(Vertical(limit));
        }

        return plot;
    }

    /// <summary>Points on a line per category, joined so that the change can be seen.</summary>
    public static PlotModel Dots(Scale x, IReadOnlyList<string> categories, IReadOnlyList<Group> groups)
    {
        var plot = Empty(groups.Count > 1);
        plot.Axes.Add(Axis(AxisPosition.Bottom, x));
        plot.Axes.Add(Categories(categories));
        for (var c = 0; c < categories.Count; c++)
        {
            var join = new LineSeries { Color = Ink.Limit.Color(), StrokeThickness = 1 };
            join.Points.AddRange(groups.Where(g => double.IsFinite(g.Values[c])).Select(g => new DataPoint(g.Values[c], c)));
            plot.Series.Add(join);
        }

        foreach (var (group, g) in groups.Select((s, i) => (s, i)))
        {
            var points = Scatter(group.Name, group.Ink, g);
            points.Points.AddRange(group.Values.Select((v, i) => new ScatterPoint(v, i)));
            plot.Series.Add(points);
        }

        return plot;
    }

    /// <summary>Boxes with whiskers, groups beside each other.</summary>
    public static PlotModel Boxes(Scale y, IReadOnlyList<string> categories, IReadOnlyList<(string Name, Ink Ink, IReadOnlyList<Box?> Boxes)> groups)
    {
        var plot = Empty(groups.Count > 1);
        plot.Axes.Add(Axis(AxisPosition.Left, y));
        var bottom = new CategoryAxis { Position = AxisPosition.Bottom, GapWidth = 0.3 };
        bottom.Labels.AddRange(categories);
        plot.Axes.Add(Styled(bottom));
        var width = 0.6 / groups.Count;
        foreach (var (group, g) in groups.Select((s, i) => (s, i)))
        {
            var boxes = new BoxPlotSeries
            {
                Title = group.Name, Fill = OxyColor.FromAColor(g == 0 ? (byte)50 : (byte)130, group.Ink.Color()), Stroke = group.Ink.Color(),
                StrokeThickness = 1.5, BoxWidth = width * 0.8,
                WhiskerWidth = 0.5,
            };
            foreach (var (i, box) in group.Boxes.Index().Where(b => b.Item is not null))
            {
                boxes.Items.Add(new BoxPlotItem(i + ((g - ((groups.Count - 1) / 2.0)) * width), box!.Lowest, box.Lower, box.Median, box.Upper, box.Highest));
            }

            plot.Series.Add(boxes);
        }

        return plot;
    }

    private static PlotModel Empty(bool hasLegend)
    {
        var plot = new PlotModel
        {
            DefaultFontSize = FontSize, TextColor = Ink.Text.Color(), PlotAreaBorderThickness = new OxyThickness(0),
            PlotAreaBorderColor = OxyColors.Transparent,
            Background = OxyColors.Transparent, Padding = new OxyThickness(4, 8, 14, 4),
        };
        if (hasLegend)
        {
            plot.Legends.Add(new Legend
            {
                LegendPosition = LegendPosition.TopLeft, LegendPlacement = LegendPlacement.Outside, LegendOrientation = LegendOrientation.Horizontal,
                LegendBorderThickness = 0, LegendPadding = 0, LegendMargin = 4, LegendItemSpacing = 18, LegendSymbolLength = 28,
                LegendTextColor = Ink.Text.Color(),
            });
        }

        return plot;
    }

    private static LinearAxis Axis(AxisPosition position, Scale scale) => Styled(new LinearAxis
    {
        Position = position, Title = scale.Title, Minimum = scale.Minimum ?? double.NaN, Maximum = scale.Maximum ?? double.NaN, StringFormat = scale.Format,
        MinimumPadding = 0.04, MaximumPadding = 0.04, MajorGridlineStyle = LineStyle.Solid, IntervalLength = 70, AxisTitleDistance = 8,
    });

    private static CategoryAxis Categories(IReadOnlyList<string> names, double gap = 1)
    {
        var axis = new CategoryAxis { Position = AxisPosition.Left, GapWidth = gap, StartPosition = 1, EndPosition = 0 };
        axis.Labels.AddRange(names.Select(Wrapped));
        return Styled(axis);
    }

    private static T Styled<T>(T axis)
        where T : Axis
    {
        (axis.MajorGridlineColor, axis.MajorGridlineThickness) = (Ink.Grid.Color(), 1);
        (axis.TickStyle, axis.MinorTickSize, axis.MajorTickSize) = (TickStyle.None, 0, 0);
        (axis.TicklineColor, axis.AxislineColor, axis.MinorTicklineColor) = (Ink.Grid.Color(), Ink.Grid.Color(), Ink.Grid.Color());
        (axis.TextColor, axis.TitleColor, axis.ExtraGridlineColor) = (Ink.Text.Color(), Ink.Text.Color(), Ink.Grid.Color());
        return axis;
    }

    private static ScatterSeries Scatter(string name, Ink ink, int place) => new()
    {
        Title = name, MarkerType = Markers[place % Markers.Length], MarkerSize = 5, MarkerFill = ink.Color(), MarkerStrokeThickness = 0,
    };

    private static LineAnnotation Vertical(double x) => new()
    {
        Type = LineAnnotationType.Vertical, X = x, Color = Ink.Limit.Color(), LineStyle = LineStyle.Dash, StrokeThickness = 1.5,
    };

    /// <summary>On two lines at most, so that long names leave room for the plot.</summary>
    private static string Wrapped(string name)
    {
        if (name.Length <= LabelLength)
        {
            return name;
        }

        var cut = name.LastIndexOfAny([' ', '_', ',', ':'], LabelLength - 1) + 1;
        cut = cut > LabelLength / 3 ? cut : LabelLength;
        return $"{name[..cut].TrimEnd()}\n{Shortened(name[cut..].TrimStart())}";
    }

    private static string Shortened(string name) => name.Length <= LabelLength ? name : $"{name[..(LabelLength - 1)]}…";
}

/// <summary>An axis; ends that are not given follow the data.</summary>
public sealed record Scale(string Title, double? Minimum = null, double? Maximum = null, string? Format = null);
