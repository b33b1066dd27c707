using ZiGong.Hosting.Telemetry;

namespace ZiGong.Benchmarks.Services;

/// <summary>Where the time of a run went, by its spans.</summary>
/// <param name="Wall">Seconds from the request to the end of the last unit.</param>
/// <param name="Computing">Seconds of these in which at least one unit was worked on.</param>
/// <param name="Work">Seconds of work of all units, side by side or not.</param>
/// <param name="Database">Seconds of these in database calls; calls at the same time within a unit count once.</param>
internal sealed record RunTimes(double Wall, double Computing, double Work, double Database)
{
    /// <summary>Share of the run in which nothing is worked on.</summary>
    public double Overhead => 1 - (Computing / Wall);

    public static RunTimes Of(IReadOnlyCollection<ReceivedSpan> spans)
    {
        var byId = spans.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var works = spans.Where(s => s.Source == PipelineTelemetry.Name && s.Name == "work").ToList();
        var units = spans.Where(s => s.Source == PipelineTelemetry.Name && s.Name.EndsWith(" unit", StringComparison.Ordinal)).ToList();
        var calls = spans.Where(s => s.Source == "Npgsql").GroupBy(s => WorkAround(s, byId)).Where(g => g.Key is not null);
        var request = spans.Single(s => s.Name == "request").Start;
        return new RunTimes(
            Seconds(units.Where(u => u.Tag("zigong.outcome") is "committed" or "reused").Max(u => u.End) - request),
            Union(works), works.Sum(w => Seconds(w.End - w.Start)), calls.Sum(Union));
    }

    private static string? WorkAround(ReceivedSpan span, Dictionary<string, ReceivedSpan> byId)
    {
        for (var at = span; byId.TryGetValue(at.Parent, out var parent); at = parent)
        {
            if (parent.Source == PipelineTelemetry.Name && parent.Name == "work")
            {
                return parent.Id;
            }
        }

        return null;
    }

    private static double Union(IEnumerable<ReceivedSpan> spans)
    {
        var (total, until) = (0UL, 0UL);
        foreach (var span in spans.OrderBy(s => s.Start).Where(s => s.End > s.Start))
        {
            var from = Math.Max(span.Start, until);
            if (span.End > from)
            {
                total += span.End - from;
                until = span.End;
            }
        }

        return Seconds(total);
    }

    private static double Seconds(ulong nanoseconds) => nanoseconds / 1e9;
}
