using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using ZiGong.Cli.Terminal;

namespace ZiGong.Cli.Runs;

/// <summary>Progress as text: a table that is drawn over on a terminal, a line elsewhere.</summary>
public static class ProgressView
{
    private const int BarWidth = 24;

    public static IRenderable Table(IReadOnlyList<StageProgress> stages) => Format.Table(
        ["Stage", "", "Done>", "", "Rate>", "Time>", "Left>"],
        stages.Select(s => (string[])
        [
            s.Stage.ToString(),
            Bar(s),
            Amount(s),
            s.Noun,
            s.Finished ? "" : s.Rate is { } rate ? Format.Rate(rate) : "",
            s.Started ? Format.Duration(s.Elapsed) : "",
            s.Remaining is { } left ? Format.Duration(left) : "",
        ]));

    /// <summary>The stages under way, e.g. <c>Gradients 34.0/84 shards, 2.1/s, 24 s left; Partials 12/80 shards</c>.</summary>
    public static string Line(IReadOnlyList<StageProgress> stages)
    {
        var current = stages.Where(s => s.Started && !s.Finished).ToList();
        return current.Count == 0
            ? $"{stages.Count(s => s.Finished)} of {stages.Count} stages done"
            : string.Join("; ", current.Select(One));
    }

    private static string One(StageProgress s)
    {
        var rate = s.Rate is { } perSecond ? $", {Format.Rate(perSecond)}" : "";
        var left = s.Remaining is { } time ? $", {Format.Duration(time)} left" : "";
        return $"{s.Stage} {Amount(s)} {s.Noun}{rate}{left}";
    }

    private static string Amount(StageProgress s)
    {
        var done = Math.Abs(s.Done - Math.Round(s.Done)) < 1e-6
            ? s.Done.ToString("0", CultureInfo.InvariantCulture)
            : s.Done.ToString("0.0", CultureInfo.InvariantCulture);
        return s.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done}/{s.Total:0}") : done;
    }

    private static string Bar(StageProgress s)
    {
        var filled = s.Total > 0 ? (int)Math.Round(BarWidth * Math.Clamp(s.Done / s.Total, 0, 1)) : 0;
        return new string('█', filled) + new string('░', BarWidth - filled);
    }
}
