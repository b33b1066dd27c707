using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Rules;
using ZiGong.Selection;

namespace ZiGong.UnitTests.Influence.Rules;

public sealed class TopKWithRandomTests
{
    /// <summary>100 samples, 80 good with scores 1 to 80, 20 bad with scores −1 to −20.</summary>
    private static readonly ScoredSample[] Hundred =
    [
        .. Enumerable.Range(1, 80).Select(i => new ScoredSample($"g{i:000}", "credit", "good", i)),
        .. Enumerable.Range(1, 20).Select(i => new ScoredSample($"b{i:000}", "credit", "bad", -i)),
    ];

    [Fact]
    public void Half_is_kept_and_thirty_percent_of_the_places_go_to_the_top_of_each_class()
    {
        var outcome = TopKWithRandom.Select(Hundred, new SelectionPolicy(), seed: 1);

        outcome.Members.Count.ShouldBe(50);
        Ids(outcome, SelectionReason.Top).ShouldBe(
            [.. Enumerable.Range(69, 12).Select(i => $"g{i:000}"), "b001", "b002", "b003"], ignoreOrder: true); // 15 places: 12 good, 3 bad
        outcome.Members.Count(m => m.Reason == SelectionReason.Random).ShouldBe(35);
    }

    [Fact]
    public void Without_quotas_the_highest_scores_take_all_top_places() =>
        Ids(TopKWithRandom.Select(Hundred, new SelectionPolicy(Quota: Quota.None), 1), SelectionReason.Top)
            .ShouldBe([.. Enumerable.Range(66, 15).Select(i => $"g{i:000}").Reverse()]);

    [Fact]
    public void Members_stand_by_rank_among_all_samples_and_keep_their_score()
    {
        var members = TopKWithRandom.Select(Hundred, new SelectionPolicy(), 1).Members;

        members.Select(m => m.Rank).ShouldBe(members.Select(m => m.Rank).Order());
        members[0].ShouldBe(new SelectionMember("g080", 1, 80, SelectionReason.Top));
        members.Single(m => m.Id == "b001").Rank.ShouldBe(81);
    }

    [Fact]
    public void Negative_scores_are_neither_taken_nor_drawn_but_no_class_vanishes()
    {
        var outcome = TopKWithRandom.Select(Hundred, new SelectionPolicy(ExcludeNegative: true, MinPerClass: 2), 1);

        outcome.Members.Where(m => m.Score < 0).Select(m => (m.Id, m.Reason))
            .ShouldBe([("b001", SelectionReason.ClassGuard), ("b002", SelectionReason.ClassGuard)]);
        outcome.Members.Count.ShouldBe(50);
    }

    [Fact]
    public void Where_too_few_are_left_the_selection_is_smaller()
    {
        var outcome = TopKWithRandom.Select(Hundred, new SelectionPolicy(Size: 95, ExcludeNegative: true, MinPerClass: 0), 1);

        outcome.Members.Count.ShouldBe(80);
    }

    [Fact]
    public void A_rare_class_is_guarded_where_it_gets_no_place()
    {
        ScoredSample[] samples = [.. Enumerable.Range(0, 99).Select(i => new ScoredSample($"g{i}", "t", "good", i)), new("lone", "t", "bad", -5)];

        var outcome = TopKWithRandom.Select(samples, new SelectionPolicy(Size: 0.1, TopShare: 1), 1);

        outcome.Members.Single(m => m.Id == "lone").Reason.ShouldBe(SelectionReason.ClassGuard);
    }

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(1, 100)]
    [InlineData(7, 7)]
    [InlineData(5000, 100)]
    [InlineData(0.001, 1)]
    public void Size_is_a_share_or_a_count(double size, int expected) => new SelectionPolicy(size).Places(100).ShouldBe(expected);

    [Fact]
    public void Ties_break_by_id()
    {
        ScoredSample[] samples = [.. "dbca".Select(c => new ScoredSample($"{c}", "t", "good", 1))];

        TopKWithRandom.Select(samples, new SelectionPolicy(Size: 2, TopShare: 1), 1).Members.Select(m => (m.Id, m.Rank)).ShouldBe([("a", 1), ("b", 2)]);
    }

    [Fact]
    public void The_report_gives_sign_and_top_share_per_class()
    {
        var classes = TopKWithRandom.Select(Hundred, new SelectionPolicy(TopShare: 1), 1).Classes;

        classes.ShouldBe([new ClassShare("credit", "bad", 20, 0, 20, 10, 10), new ClassShare("credit", "good", 80, 80, 0, 40, 40)]);
    }

    [Fact]
    public void Another_seed_changes_the_draw_but_not_the_top()
    {
        var one = TopKWithRandom.Select(Hundred, new SelectionPolicy(), 1);
        var two = TopKWithRandom.Select(Hundred, new SelectionPolicy(), 2);

        Ids(two, SelectionReason.Top).ShouldBe(Ids(one, SelectionReason.Top));
        Ids(two, SelectionReason.Random).ShouldNotBe(Ids(one, SelectionReason.Random));
    }

    [Fact]
    public void The_draw_is_uniform()
    {
        var drawn = new Dictionary<string, int>();
        foreach (var seed in Enumerable.Range(0, 2000))
        {
            foreach (var member in TopKWithRandom.Select(Hundred[..10], new SelectionPolicy(Size: 3, TopShare: 0, MinPerClass: 0), (ulong)seed).Members)
            {
                drawn[member.Id] = drawn.GetValueOrDefault(member.Id) + 1;
            }
        }

        drawn.Count.ShouldBe(10);
        drawn.Values.ShouldAllBe(n => n > 500 && n < 700); // 600 expected, standard deviation 20
    }

    [Fact]
    public void The_order_of_the_input_changes_no_byte() => ForAnySamples(samples =>
    {
        var shuffled = samples.ToArray();
        new SeededRandom(5).Shuffle(shuffled.AsSpan());
        SelectionFile.Write(TopKWithRandom.Select(shuffled, new SelectionPolicy(), 9).Members)
            .ShouldBe(SelectionFile.Write(TopKWithRandom.Select(samples, new SelectionPolicy(), 9).Members));
    });

    [Fact]
    public void Every_place_is_filled_once_and_every_class_is_there() => ForAnySamples(samples =>
    {
        var outcome = TopKWithRandom.Select(samples, new SelectionPolicy(), 3);
        outcome.Members.Select(m => m.Id).Distinct().Count().ShouldBe(outcome.Members.Count);
        outcome.Classes.ShouldAllBe(c => c.Kept > 0);
        outcome.Members.Count.ShouldBeInRange(
            new SelectionPolicy().Places(samples.Length), new SelectionPolicy().Places(samples.Length) + outcome.Classes.Count);
    });

    [Fact]
    public void Quotas_add_up_and_stay_within_one_of_proportion() =>
        Prop.ForAll(Gen.Choose(0, 40).NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (counts, percent) =>
        {
            var places = percent * counts.Sum() / 100;
            var dealt = TopKWithRandom.LargestRemainder(places, [.. counts]);
            dealt.Sum().ShouldBe(places);
            dealt.Zip(counts).ShouldAllBe(d => d.First <= d.Second && Math.Abs(d.First - ((double)places * d.Second / Math.Max(1, counts.Sum()))) < 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void The_largest_remainder_wins_and_the_earlier_on_a_tie()
    {
        TopKWithRandom.LargestRemainder(10, [53, 24, 23]).ShouldBe([5, 3, 2]); // 5.3, 2.4, 2.3
        TopKWithRandom.LargestRemainder(1, [5, 5]).ShouldBe([1, 0]);
    }

    [Fact]
    public void Bad_input_is_refused_with_names()
    {
        Should.Throw<NotFiniteNumberException>(() => TopKWithRandom.Select([new("s7", "t", "good", double.NaN)], new SelectionPolicy(), 1)).Message
            .ShouldContain("s7");
        Should.Throw<ArgumentException>(() => TopKWithRandom.Select([Hundred[0], Hundred[5], Hundred[0] with { Score = -9 }], new SelectionPolicy(), 1)).Message
            .ShouldContain("g001");
        Should.Throw<InputException>(() => TopKWithRandom.Select([], new SelectionPolicy(), 1));
        Should.Throw<InputException>(() => TopKWithRandom.Select(Hundred, new SelectionPolicy(Size: 0), 1)).Message.ShouldContain("Size");
        Should.Throw<InputException>(() => TopKWithRandom.Select(Hundred, new SelectionPolicy(Size: 10.5), 1)).Message.ShouldContain("whole");
        Should.Throw<InputException>(() => TopKWithRandom.Select(Hundred, new SelectionPolicy(TopShare: 1.5), 1)).Message.ShouldContain("TopShare");
    }

    private static string[] Ids(SelectionOutcome outcome, SelectionReason reason) => [.. outcome.Members.Where(m => m.Reason == reason).Select(m => m.Id)];

    private static void ForAnySamples(Action<ScoredSample[]> property) =>
        Prop.ForAll(
            Gen.Choose(-5, 5).SelectMany(_ => Gen.Elements("good", "bad", "fair"), (score, answer) => (score, answer)).NonEmptyListOf().ToArbitrary(),
            rows => property([.. rows.Select((r, i) => new ScoredSample($"{i:x8}", "t", r.answer, r.score))]))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
}
