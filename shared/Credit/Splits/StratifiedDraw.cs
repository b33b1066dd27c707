using ZiGong.Contracts;

namespace ZiGong.Credit.Splits;

/// <summary>80 / 10 / 10 by a seeded draw within each class, whole subjects at a time, so that class shares match on all sides.</summary>
internal static class StratifiedDraw
{
    private const double HeldOutShare = 0.1;

    public static Side[] Sides(IReadOnlyList<SampleHeader> headers, ulong seed) => Deal(headers, seed, (rank, count) =>
    {
        var heldOut = HeldOut(count);
        return rank < heldOut ? Side.Reference : rank < 2 * heldOut ? Side.Test : Side.Train;
    });

    /// <summary>
    /// The same draw dealt into folds: one is the test side, a tenth of the whole after it the reference side. Every subject is tested in one fold.
    /// </summary>
    public static Side[] Fold(IReadOnlyList<SampleHeader> headers, ulong seed, int fold, int folds) => Deal(headers, seed, (rank, count) =>
    {
        // First rank of a fold: the same for all folds, so that their test sides tile the stratum.
        int Start(int f) => (int)((long)f * count / folds);
        if (rank >= Start(fold) && rank < Start(fold + 1))
        {
            return Side.Test;
        }

        var afterTest = (rank - Start(fold + 1) + count) % count;
        return afterTest < HeldOut(count) ? Side.Reference : Side.Train;
    });

    private static Side[] Deal(IReadOnlyList<SampleHeader> headers, ulong seed, Func<int, int, Side> side)
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
            for (var i = 0; i < subjects.Count; i++)
            {
                sideOf[subjects[i]] = side(i, subjects.Count);
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
