using ZiGong.Contracts;

namespace ZiGong.Influence.Rules;

/// <summary>
/// The highest scores within each class's quota, plus a seeded uniform draw from the rest: influence finds what is useful, chance keeps
/// what it overlooks. Depends on the samples alone, never on their order.
/// </summary>
public static class TopKWithRandom
{
    /// <exception cref="InputException">No samples, or a policy out of range.</exception>
    /// <exception cref="NotFiniteNumberException">A score is NaN or infinite; names the sample.</exception>
    /// <exception cref="ArgumentException">The same sample twice.</exception>
    public static SelectionOutcome Select(IReadOnlyList<ScoredSample> samples, SelectionPolicy policy, ulong seed)
    {
        var ranked = Rank(samples);
        var groups = ranked.Select((s, rank) => (s, rank)).GroupBy(r => (r.s.Task, r.s.Answer), r => r.rank)
            .OrderBy(g => g.Key.Task, StringComparer.Ordinal).ThenBy(g => g.Key.Answer, StringComparer.Ordinal)
            .Select(g => g.ToArray()) // ranks from 0, rising
            .ToArray();
        var places = policy.Checked().Places(ranked.Length);
        var reasons = new SelectionReason?[ranked.Length];
        TakeTop(ranked, groups, policy, (int)Math.Round(policy.TopShare * places, MidpointRounding.AwayFromZero), reasons);
        GuardClasses(groups, policy.MinPerClass, reasons);
        DrawRest(ranked, policy, places - reasons.Count(r => r is not null), seed, reasons);
        return new SelectionOutcome(
            [.. Enumerable.Range(0, ranked.Length).Where(i => reasons[i] is not null)
                .Select(i => new SelectionMember(ranked[i].Id, i + 1, ranked[i].Score, reasons[i]!.Value))],
            [.. groups.Select(g => Share(ranked, g, reasons))]);
    }

    /// <summary>Deals places in proportion to the counts: whole parts first, then one each to the largest remainders, ties to the earlier.</summary>
    public static int[] LargestRemainder(int places, IReadOnlyList<int> counts)
    {
        long total = counts.Sum(c => (long)c);
        var dealt = counts.Select(c => total == 0 ? 0 : (int)((long)places * c / total)).ToArray();
        var left = total == 0 ? 0 : places - dealt.Sum();
        foreach (var g in Enumerable.Range(0, counts.Count).OrderByDescending(g => (long)places * counts[g] % total).Take(left))
        {
            dealt[g]++;
        }

        return dealt;
    }

    private static ScoredSample[] Rank(IReadOnlyList<ScoredSample> samples)
    {
        if (samples.Count == 0)
        {
            throw new InputException("there are no scored training samples to select from: check the snapshot's training window");
        }

        if (samples.FirstOrDefault(s => !double.IsFinite(s.Score)) is { } bad)
        {
            throw new NotFiniteNumberException($"sample {bad.Id}: its influence score is {bad.Score}");
        }

        var seen = new HashSet<string>(samples.Count, StringComparer.Ordinal);
        if (samples.FirstOrDefault(s => !seen.Add(s.Id)) is { } twice)
        {
            throw new ArgumentException($"sample {twice.Id} is there twice");
        }

        ScoredSample[] ranked = [.. samples];
        Array.Sort(ranked, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : string.CompareOrdinal(a.Id, b.Id));
        return ranked;
    }

    private static void TakeTop(ScoredSample[] ranked, int[][] groups, SelectionPolicy policy, int places, SelectionReason?[] reasons)
    {
        int[][] pools = policy.Quota == Quota.None ? [[.. Enumerable.Range(0, ranked.Length)]] : groups;
        var quotas = LargestRemainder(places, [.. pools.Select(p => p.Length)]);
        for (var g = 0; g < pools.Length; g++)
        {
            foreach (var i in pools[g].Where(i => Allowed(ranked[i], policy)).Take(quotas[g]))
            {
                reasons[i] = SelectionReason.Top;
            }
        }
    }

    private static void GuardClasses(int[][] groups, int minimum, SelectionReason?[] reasons)
    {
        foreach (var group in groups)
        {
            var missing = minimum - group.Count(i => reasons[i] is not null);
            foreach (var i in group.Where(i => reasons[i] is null).Take(Math.Max(0, missing)).ToArray())
            {
                reasons[i] = SelectionReason.ClassGuard;
            }
        }
    }

    private static void DrawRest(ScoredSample[] ranked, SelectionPolicy policy, int places, ulong seed, SelectionReason?[] reasons)
    {
        int[] rest = [.. Enumerable.Range(0, ranked.Length).Where(i => reasons[i] is null && Allowed(ranked[i], policy))];

        // By id: the draw must not depend on the scores, or another γ would change its members too.
        Array.Sort(rest, (a, b) => string.CompareOrdinal(ranked[a].Id, ranked[b].Id));
        var random = SeededRandom.Stream(seed, "selection");
        for (var drawn = 0; drawn < Math.Min(places, rest.Length); drawn++)
        {
            var pick = drawn + random.NextInt(rest.Length - drawn);
            (rest[drawn], rest[pick]) = (rest[pick], rest[drawn]);
            reasons[rest[drawn]] = SelectionReason.Random;
        }
    }

    private static bool Allowed(ScoredSample sample, SelectionPolicy policy) => !policy.ExcludeNegative || sample.Score >= 0;

    private static ClassShare Share(ScoredSample[] ranked, int[] group, SelectionReason?[] reasons) => new(
        ranked[group[0]].Task,
        ranked[group[0]].Answer,
        group.Length,
        group.Count(i => ranked[i].Score > 0),
        group.Count(i => ranked[i].Score < 0),
        group.Count(i => reasons[i] == SelectionReason.Top),
        group.Count(i => reasons[i] is not null));
}
