using System.Globalization;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.Runs;

/// <summary>Progress in a line.</summary>
public static class ProgressText
{
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

    /// <summary>Such as <c>34.0/84</c>.</summary>
    public static string Amount(StageProgress s)
    {
        var done = Math.Abs(s.Done - Math.Round(s.Done)) < 1e-6
            ? s.Done.ToString("0", CultureInfo.InvariantCulture)
            : s.Done.ToString("0.0", CultureInfo.InvariantCulture);
        return s.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done}/{s.Total:0}") : done;
    }
}
