using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Influence.Rules;
using ZiGong.UnitTests.Credit.Encodings;

namespace ZiGong.UnitTests.Influence.Rules;

/// <summary>The rule on random samples against a plain rewriting of it, and what it promises of any of them.</summary>
public sealed class SelectionRuleTests
{
    private static readonly Quota[] Quotas = [Quota.None, Quota.TaskAndClass];

    [Fact]
    public void The_top_is_the_highest_scores_of_each_quota_by_any_policy()
    {
        foreach (var seed in Enumerable.Range(0, 60))
        {
            var (samples, policy) = Random((ulong)seed);

            var outcome = TopKWithRandom.Select(samples, policy, 1);

            outcome.Members.Where(m => m.Reason == SelectionReason.Top).Select(m => m.Id).Order(StringComparer.Ordinal)
                .ShouldBe(Top(samples, policy).Order(StringComparer.Ordinal), $"seed {seed}: {policy}");
        }
    }

    [Fact]
    public void What_is_promised_holds_for_any_samples_and_policy()
    {
        foreach (var seed in Enumerable.Range(100, 60))
        {
            var (samples, policy) = Random((ulong)seed);
            var outcome = TopKWithRandom.Select(samples, policy, 1);
            var byId = samples.ToDictionary(s => s.Id, StringComparer.Ordinal);
            string[] ranked = [.. samples.OrderByDescending(s => s.Score).ThenBy(s => s.Id, StringComparer.Ordinal).Select(s => s.Id)];

            outcome.Members.ShouldAllBe(m => ranked[m.Rank - 1] == m.Id && byId[m.Id].Score == m.Score);
            outcome.Members.Select(m => m.Id).Distinct().Count().ShouldBe(outcome.Members.Count);
            if (policy.ExcludeNegative)
            {
                outcome.Members.Where(m => m.Reason != SelectionReason.ClassGuard).ShouldAllBe(m => m.Score >= 0);
            }

            foreach (var group in samples.GroupBy(s => (s.Task, s.Answer)))
            {
                outcome.Members.Count(m => group.Any(s => s.Id == m.Id)).ShouldBeGreaterThanOrEqualTo(
                    Math.Min(policy.MinPerClass, group.Count()), $"seed {seed}");
            }

            outcome.Classes.Sum(c => c.Kept).ShouldBe(outcome.Members.Count);
            outcome.Classes.Sum(c => c.Samples).ShouldBe(samples.Length);
        }
    }

    [Fact]
    public void The_draw_is_the_same_for_other_scores_where_the_top_is()
    {
        // Other scores below the top must not change who is drawn, or another γ would change half of the selection.
        ScoredSample[] Of(Func<int, double> score) =>
            [.. Enumerable.Range(0, 40).Select(i => new ScoredSample($"{i:00}", "t", "good", i < 6 ? 100 - i : score(i)))];
        string[] Drawn(ScoredSample[] samples) =>
            [.. TopKWithRandom.Select(samples, new SelectionPolicy(Size: 20, TopShare: 0.3), 5).Members.Where(m => m.Reason == SelectionReason.Random)
                .Select(m => m.Id).Order(StringComparer.Ordinal)];

        Drawn(Of(i => i)).ShouldBe(Drawn(Of(i => -i * i)));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void An_infinite_score_is_no_score(double score) =>
        Should.Throw<NotFiniteNumberException>(() => TopKWithRandom.Select([new("a", "t", "good", score)], new SelectionPolicy(), 1));

    [Theory]
    [InlineData(double.NaN, 0.3, 1, "Size")]
    [InlineData(double.PositiveInfinity, 0.3, 1, "Size")]
    [InlineData(-1, 0.3, 1, "Size")]
    [InlineData(0.5, double.NaN, 1, "TopShare")]
    [InlineData(0.5, -0.1, 1, "TopShare")]
    [InlineData(0.5, 0.3, -1, "MinPerClass")]
    public void A_policy_out_of_range_is_named(double size, double top, int minimum, string name) =>
        Should.Throw<InputException>(() => new SelectionPolicy(size, top, MinPerClass: minimum).Checked()).Message.ShouldStartWith(name);

    [Theory]
    [InlineData(0, new[] { 3, 4 }, new[] { 0, 0 })]
    [InlineData(7, new[] { 3, 4 }, new[] { 3, 4 })]
    [InlineData(3, new[] { 1, 1, 1, 1 }, new[] { 1, 1, 1, 0 })]
    [InlineData(5, new[] { 0, 10, 0 }, new[] { 0, 5, 0 })]
    [InlineData(3, new[] { 0, 0 }, new[] { 0, 0 })]
    [InlineData(2_000_000_000, new[] { 2_000_000_000, 147_483_647 }, new[] { 1_862_645_150, 137_354_850 })]
    public void Places_are_dealt_in_proportion_also_where_an_int_would_overflow(int places, int[] counts, int[] dealt) =>
        TopKWithRandom.LargestRemainder(places, counts).ShouldBe(dealt);

    [Fact]
    public void Samples_may_be_ranked_by_their_last_loss_or_their_time_instead()
    {
        var sample = EncodingFixtures.Of(1) with { ObservedAt = new DateTimeOffset(2024, 3, 16, 12, 0, 0, TimeSpan.Zero) };

        SelectionScore.Of(SelectionBasis.Influence, sample, -0.25, [3, 1]).ShouldBe(-0.25);
        SelectionScore.Of(SelectionBasis.Loss, sample, -0.25, [3, 1]).ShouldBe(1);

        // Months since year 0: 2024·12 + 2, and half of March's 31 days.
        SelectionScore.Of(SelectionBasis.Newest, sample, -0.25, [3, 1]).ShouldBe((2024 * 12) + 2 + 0.5, 1e-9);
        Should.Throw<InputException>(() => SelectionScore.Of(SelectionBasis.Newest, EncodingFixtures.Of(7), 0, [0])).Message
            .ShouldContain("has no observed_at, which Selection:By=Newest needs");
    }

    /// <summary>Shares of the places by whole parts, then by the largest remainders; in each part the highest scores, ties by id.</summary>
    private static List<string> Top(ScoredSample[] samples, SelectionPolicy policy)
    {
        var places = policy.Size > 1
            ? Math.Min((int)policy.Size, samples.Length)
            : Math.Max(1, (int)Math.Round(policy.Size * samples.Length, MidpointRounding.AwayFromZero));
        var top = (int)Math.Round(policy.TopShare * places, MidpointRounding.AwayFromZero);
        List<ScoredSample[]> parts = policy.Quota == Quota.None
            ? [samples]
            : [.. samples.GroupBy(s => (s.Task, s.Answer)).OrderBy(g => g.Key.Task, StringComparer.Ordinal).ThenBy(g => g.Key.Answer, StringComparer.Ordinal)
                .Select(g => g.ToArray())];
        var dealt = parts.Select(p => top * p.Length / samples.Length).ToList();
        foreach (var part in Enumerable.Range(0, parts.Count).OrderByDescending(i => top * parts[i].Length % samples.Length).Take(top - dealt.Sum()).ToList())
        {
            dealt[part]++;
        }

        return
        [
            .. parts.SelectMany((part, i) => part.Where(s => !policy.ExcludeNegative || s.Score >= 0)
                .OrderByDescending(s => s.Score).ThenBy(s => s.Id, StringComparer.Ordinal).Take(dealt[i]).Select(s => s.Id)),
        ];
    }

    private static (ScoredSample[] Samples, SelectionPolicy Policy) Random(ulong seed)
    {
        var random = new SeededRandom(seed);
        ScoredSample[] samples =
        [
            .. Enumerable.Range(0, 1 + random.NextInt(60))
                .Select(
                    i => new ScoredSample(
                        $"{random.NextUInt64():x16}{i:x4}", random.NextInt(4) == 0 ? "u" : "t", "abc"[random.NextInt(3)].ToString(), random.NextInt(9) - 4)),
        ];
        var size = random.NextInt(2) == 0 ? 0.05 + (0.95 * random.NextDouble()) : 2 + random.NextInt(70);
        return (samples, new SelectionPolicy(size, random.NextDouble(), Quotas[random.NextInt(2)], random.NextInt(2) == 0, random.NextInt(4)));
    }
}
