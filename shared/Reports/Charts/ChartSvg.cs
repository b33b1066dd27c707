using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;

namespace ZiGong.Reports.Charts;

/// <summary>A plot as SVG that can stand in a page: no fixed colours, no ids that another plot has, no script.</summary>
public static partial class ChartSvg
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <param name="plot">Drawn with <see cref="Ink"/>s only.</param>
    /// <param name="id">Unique on the page; prefix of the ids within.</param>
    /// <param name="alt">What a reader who cannot see the plot is told.</param>
    /// <param name="className">CSS class of the drawing.</param>
    public static string Render(PlotModel plot, int width, int height, string id, string alt, string className)
    {
        Clean(plot);
        var root = XDocument.Parse(
            new SvgExporter { Width = width, Height = height, IsDocument = false, TextMeasurer = new WideText() }.ExportToString(plot)).Root!;
        root.RemoveAttributes();
        foreach (var element in root.Descendants())
        {
            Restyle(element, id);
        }

        // Only what is drawn from data has to end at the plot's border; text may be wider than was thought.
        root.Descendants(Svg + "g").Where(g => g.Descendants(Svg + "text").Any()).Attributes("clip-path").Remove();
        root.Descendants(Svg + "defs").Where(d => !Clips(d, root)).Remove();
        root.Descendants(Svg + "g").Where(g => !g.HasElements).Remove();
        root.Add(
            new XAttribute("class", className),
            new XAttribute("viewBox", $"0 0 {width} {height}"),
            new XAttribute("width", width),
            new XAttribute("height", height),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", Known(alt)));
        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Labels come from tables and descriptors, and the first character that XML lacks would end the report.</summary>
    private static void Clean(PlotModel plot)
    {
        foreach (var axis in plot.Axes)
        {
            axis.Title = Known(axis.Title);
            if (axis is CategoryAxis { Labels: var labels })
            {
                for (var i = 0; i < labels.Count; i++)
                {
                    labels[i] = Known(labels[i]);
                }
            }
        }

        foreach (var series in plot.Series)
        {
            series.Title = Known(series.Title);
        }
    }

    /// <summary>A text of characters that XML knows; each other one, such as a control character or half of a pair, becomes U+FFFD.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Known(string? text) =>
        text is null ? null : string.Concat(text.EnumerateRunes().Select(rune => IsKnown(rune) ? rune : Rune.ReplacementChar));

    private static bool IsKnown(Rune rune) => rune.Value is '\t' or '\n' or '\r' or (>= ' ' and not (0xFFFE or 0xFFFF));

    private static void Restyle(XElement element, string id)
    {
        foreach (var attribute in element.Attributes().ToList())
        {
            switch (attribute.Name.LocalName)
            {
                case "font-family" or "font-weight" or "shape-rendering":
                    attribute.Remove();
                    break;
                case "id":
                    attribute.Value = $"{id}-{attribute.Value}";
                    break;
                case "clip-path":
                    attribute.Value = attribute.Value.Replace("url(#", $"url(#{id}-", StringComparison.Ordinal);
                    break;
                case "points" or "d" or "transform" or "x" or "y" or "x1" or "x2" or "y1" or "y2" or "cx" or "cy" or "width" or "height":
                    attribute.Value = LongNumber().Replace(attribute.Value, m => m.Groups["short"].Value);
                    break;
                case "fill":
                    // A variable is certain to work in a style, not in an attribute.
                    element.SetAttributeValue("style", $"fill:{Variable(attribute.Value)}");
                    attribute.Remove();
                    break;
                case "style":
                    attribute.Value = Color().Replace(attribute.Value, m => Variable(m.Value));
                    break;
            }
        }
    }

    private static bool Clips(XElement defs, XElement root)
    {
        var id = $"url(#{defs.Element(Svg + "clipPath")?.Attribute("id")?.Value})";
        return root.Descendants(Svg + "g").Any(g => g.HasElements && g.Attribute("clip-path")?.Value == id);
    }

    private static string Variable(string color) => Inks.Variables.TryGetValue(color, out var variable)
        ? variable
        : throw new InvalidOperationException($"a plot is drawn in {color}, which is not an ink: light and dark need every colour to be one");

    /// <summary>Room for text in whatever font a reader has: OxyPlot measures a narrow one, and DejaVu is two fifths wider.</summary>
    private sealed class WideText() : PdfRenderContext(1, 1, OxyColors.Transparent)
    {
        private const double Wider = 1.45;
        private const double Higher = 1.2;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(size.Width * Wider, size.Height * Higher);
        }
    }

    [GeneratedRegex(@"(?<short>\d+\.\d)\d+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"rgb\([^)]*\)|(?<=(?:fill|stroke):)(?!none|rgb)[a-z]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Color();
}
