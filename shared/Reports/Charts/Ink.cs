using OxyPlot;

namespace ZiGong.Reports.Charts;

/// <summary>
/// The colours of a plot by what they stand for. A plot is drawn in stand-in colours, which <see cref="ChartSvg"/> replaces by the style
/// sheet's variables: one drawing for light, dark and paper.
/// </summary>
public enum Ink
{
    Text,
    Grid,
    Model,
    Baseline,
    Third,
    Fourth,
    Fifth,
    Good,
    Bad,
    Limit,
}

/// <summary>Between inks, OxyPlot's colours and the style sheet.</summary>
public static class Inks
{
    // No plot uses nearly black reds for anything else.
    private const byte Red = 1;

    /// <summary>Inks for several things of one kind, in this order.</summary>
    public static IReadOnlyList<Ink> Series { get; } = [Ink.Model, Ink.Baseline, Ink.Third, Ink.Fourth, Ink.Fifth];

    public static OxyColor Color(this Ink ink) => OxyColor.FromRgb(Red, 0, (byte)((int)ink + 1));

    /// <summary>The variable of the style sheet that an ink's stand-in, as SVG writes it, is to become.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = Enum.GetValues<Ink>()
        .ToDictionary(ink => $"rgb({Red},0,{(int)ink + 1})", ink => $"var(--ink-{ink.ToString().ToLowerInvariant()})", StringComparer.Ordinal);
}
