using ZiGong.Contracts;

namespace ZiGong.Credit.Splits;

/// <summary>Makes large sides smaller, so that an experiment fits into an hour.</summary>
internal static class SideCaps
{
    /// <summary>
    /// Sets samples beyond a side's cap to idle, in place. Every sample of a class has the same chance, by a seeded hash of its id, and the classes
    /// keep their shares to within one sample: each class is put in random order and spread evenly over (0, 1), and the smallest places stay.
    /// Samples, not subjects, are drawn: a subject is on one side anyway, and counts there by its rows as it did before.
    /// </summary>
    /// <returns>What a reader of the results has to know: nothing, or one sentence per capped side.</returns>
    public static IReadOnlyList<string> Apply(IReadOnlyList<SampleHeader> headers, Side[] sides, SplitOptions options, ulong seed)
    {
        var notes = new List<string>();
        foreach (var (side, maximum) in new[]
        {
            (Side.Train, options.MaximumTraining), (Side.Reference, options.MaximumReference), (Side.Test, options.MaximumTest),
        })
        {
            var members = Enumerable.Range(0, sides.Length).Where(i => sides[i] == side).ToList();
            if (maximum == 0 || members.Count <= maximum)
            {
                continue;
            }

            foreach (var i in Places(headers, members, seed).Skip(maximum))
            {
                sides[i] = Side.Idle;
            }

            notes.Add(
                $"Capped: {maximum} of {members.Count} {side.ToString().ToLowerInvariant()} samples are used, "
                + "by a seeded draw that keeps the classes' shares.");
        }

        return notes;
    }

    private static IEnumerable<int> Places(IReadOnlyList<SampleHeader> headers, IEnumerable<int> members, ulong seed) => members
        .GroupBy(i => headers[i].Answer, StringComparer.Ordinal)
        .SelectMany(group =>
        {
            var order = group.OrderBy(i => SeededRandom.Derive(seed, "cap", headers[i].Id)).ThenBy(i => headers[i].Id, StringComparer.Ordinal).ToList();
            return order.Select((i, rank) => (Index: i, Place: (rank + 0.5) / order.Count));
        })
        .OrderBy(p => p.Place).ThenBy(p => headers[p.Index].Id, StringComparer.Ordinal)
        .Select(p => p.Index);
}
