using ZiGong.Contracts;

namespace ZiGong.Credit.Splits;

/// <summary>80 / 10 / 10 by a seeded draw within each class, whole subjects at a time, so that class shares match on all sides.</summary>
internal static class StratifiedDraw
{
    private const double HeldOutShare = 0.1;

    public static Side[] Sides(IReadOnlyList<SampleHeader> headers, ulong seed)
    {
        var sideOf = new Dictionary<string, Side>(StringComparer.Ordinal);
        var strata = headers.GroupBy(header => header.Subject, StringComparer.Ordinal)
            .Select(group => (Subject: group.Key, Answer: Main(group)))
            .GroupBy(subject => subject.Answer, StringComparer.Ordinal);
        foreach (var stratum in strata)
        {
            // Ordered by a hash of the subject, so that the input's order does not matter.
            var subjects = stratum.Select(subject => subject.Subject)
                .OrderBy(subject => SeededRandom.Derive(seed, "split", subject)).ThenBy(subject => subject, StringComparer.Ordinal).ToList();
            var heldOut = HeldOut(subjects.Count);
            for (var i = 0; i < subjects.Count; i++)
            {
                sideOf[subjects[i]] = i < heldOut ? Side.Reference : i < 2 * heldOut ? Side.Test : Side.Train;
            }
        }

        return [.. headers.Select(header => sideOf[header.Subject])];
    }

    /// <summary>A tenth, but at least one where that leaves one to train on.</summary>
    private static int HeldOut(int subjects) =>
        subjects < 3 ? 0 : Math.Max(1, (int)Math.Round(HeldOutShare * subjects, MidpointRounding.AwayFromZero));

    /// <summary>The subject's most frequent answer.</summary>
    private static string Main(IEnumerable<SampleHeader> samples) => samples.GroupBy(sample => sample.Answer, StringComparer.Ordinal)
        .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
}
