using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence;

public sealed class TracSeqTests
{
    private static readonly string[] Ids = ["x", "y"];
    private static readonly double?[] Seen = [10, 12];

    private static readonly CheckpointPartials[] ThreeMonths =
    [
        new(0, 9, [100, 100]),
        new(1, 10, [8, -4]),
        new(2, 11.5, [2, 1]),
        new(3, 12, [1, -1]),
    ];

    [Fact]
    public void Older_checkpoints_decay_by_the_period()
    {
        var scores = TracSeq.Combine(Ids, Seen, ThreeMonths, asOf: 12, new DecayOptions(0.25));

        // γ² = 1/16, γ^½ = 1/2, 1
        scores.Values.ShouldBe([0.5 + 1 + 1, -0.25 + 0.5 - 1]);
        scores.Weights.Select(w => w.Weight).ShouldBe([0, 0.0625, 0.5, 1]);
        scores.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Checkpoint_zero_is_never_scored() =>
        TracSeq.Combine(Ids, Seen, ThreeMonths, 12, new DecayOptions()).Values.ShouldBe([11, -4]);

    [Fact]
    public void Checkpoints_after_the_as_of_time_are_left_out()
    {
        var scores = TracSeq.Combine(Ids, Seen, ThreeMonths, asOf: 11.5, new DecayOptions(0.25));

        scores.Values.ShouldBe([(8 * 0.125) + 2, (-4 * 0.125) + 1]);
        scores.Weights[3].Weight.ShouldBe(0);
    }

    [Fact]
    public void No_checkpoint_in_time_is_refused() =>
        Should.Throw<InputException>(() => TracSeq.Combine(Ids, Seen, ThreeMonths, 9.5, new DecayOptions())).Message.ShouldContain("as of period 9.5");

    [Theory]
    [InlineData(11.0, 11.0)]
    [InlineData(null, null)]
    [InlineData(11.0, null)]
    public void Fewer_than_two_distinct_times_mean_no_decay_and_say_so(double? first, double? second)
    {
        var scores = TracSeq.Combine(Ids, [null, null], [new(1, first, [1, 2]), new(2, second, [3, 4])], 12, new DecayOptions(0.5));

        scores.Values.ShouldBe([4, 6]);
        scores.Notes.Single().ShouldContain("not identified");
    }

    [Fact]
    public void The_samples_clock_ages_what_is_positive_and_keeps_what_is_negative()
    {
        var scores = TracSeq.Combine(
            ["a", "b", "c"], [10, 10, 12], [new(1, 10, [3, -3, 3]), new(2, 11, [1, -1, 1])], 12, new DecayOptions(0.5, DecayClock.Sample));

        scores.Values.ShouldBe([1, -4, 4]);
    }

    [Fact]
    public void Both_clocks_multiply()
    {
        CheckpointPartials[] checkpoints = [new(1, 11, [4, -4]), new(2, 12, [2, -2])];

        // checkpoint clock: 4/2 + 2 = 4; sample clock on it: x is two periods old, y is negative
        TracSeq.Combine(Ids, [10, 12], checkpoints, 12, new DecayOptions(0.5, DecayClock.Both)).Values.ShouldBe([1, -4]);
    }

    [Fact]
    public void Samples_seen_at_one_time_do_not_age_and_it_says_so()
    {
        var scores = TracSeq.Combine(Ids, [10, 10], ThreeMonths, 12, new DecayOptions(0.5, DecayClock.Sample));

        scores.Values.ShouldBe([11, -4]);
        scores.Notes.Single().ShouldContain("over samples");
    }

    [Fact]
    public void A_sample_without_a_time_is_named_under_its_own_clock() =>
        Should.Throw<InputException>(() => TracSeq.Combine(Ids, [10, null], ThreeMonths, 12, new DecayOptions(0.5, DecayClock.Sample)))
            .Message.ShouldContain("sample y has no observed_at");

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void A_decay_out_of_range_is_refused(double gamma) =>
        Should.Throw<InputException>(() => TracSeq.Combine(Ids, Seen, ThreeMonths, 12, new DecayOptions(gamma))).Message.ShouldContain("Gamma");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_partial_score_that_is_not_finite_names_sample_and_checkpoint(double bad) =>
        Should.Throw<NotFiniteNumberException>(() => TracSeq.Combine(Ids, Seen, [new(4, 10, [1, bad])], 12, new DecayOptions()))
            .Message.ShouldContain("sample y: its partial score at checkpoint 4");

    [Fact]
    public void A_checkpoint_that_misses_samples_is_refused() =>
        Should.Throw<ArgumentException>(() => TracSeq.Combine(Ids, Seen, [new(1, 10, [1])], 12, new DecayOptions())).Message
            .ShouldContain("1 partial scores for 2");

    [Fact]
    public void Without_decay_the_score_is_the_plain_sum() => ForAnyPartials(checkpoints =>
    {
        var scores = TracSeq.Combine(Ids, Seen, checkpoints, 100, new DecayOptions()).Values;
        scores.ShouldBe([checkpoints.Sum(c => c.Partials[0]), checkpoints.Sum(c => c.Partials[1])], 1e-9);
    });

    [Fact]
    public void The_order_of_the_checkpoints_does_not_change_a_bit() => ForAnyPartials(checkpoints =>
        TracSeq.Combine(Ids, Seen, [.. checkpoints.Reverse()], 100, new DecayOptions(0.9)).Values
            .ShouldBe(TracSeq.Combine(Ids, Seen, checkpoints, 100, new DecayOptions(0.9)).Values));

    [Fact]
    public void A_later_as_of_time_scales_all_scores_alike() => ForAnyPartials(checkpoints =>
    {
        var now = TracSeq.Combine(Ids, Seen, checkpoints, 100, new DecayOptions(0.8)).Values;
        var later = TracSeq.Combine(Ids, Seen, checkpoints, 102, new DecayOptions(0.8)).Values;
        later.ShouldBe(now.Select(s => s * (checkpoints.Length > 1 ? 0.64 : 1)), 1e-9); // one checkpoint alone does not decay
    });

    [Fact]
    public void Dropping_checkpoints_never_changes_a_score_by_more_than_the_bound() => ForAnyPartials(checkpoints =>
    {
        var options = new DecayOptions(0.7);
        var report = TracSeq.Drop(Ids, checkpoints, 100, options, limit: 0.3);
        CheckpointPartials[] kept = [.. checkpoints.Where(c => !report.Dropped.Contains(c.Number))];
        report.RelativeBound.ShouldBeLessThanOrEqualTo(0.3);
        if (kept.Length is 0 or 1)
        {
            return;
        }

        var all = TracSeq.Combine(Ids, Seen, checkpoints, 100, options).Values;
        var fewer = TracSeq.Combine(Ids, Seen, kept, 100, options).Values;
        all.Zip(fewer, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThanOrEqualTo(report.Bound + 1e-12);
    });

    [Fact]
    public void The_least_checkpoints_are_dropped_first()
    {
        CheckpointPartials[] checkpoints = [new(1, 10, [0.1, 0]), new(2, 11, [0, 10]), new(3, 12, [0.3, 0])];

        var report = TracSeq.Drop(Ids, checkpoints, 12, new DecayOptions(), limit: 0.02);

        report.Dropped.ShouldBe([1]);
        report.Bound.ShouldBe(0.1);
        report.LargestScore.ShouldBe(10);
    }

    private static void ForAnyPartials(Action<CheckpointPartials[]> property) =>
        Prop.ForAll(
            Gen.Choose(-50, 50).SelectMany(_ => Gen.Choose(-50, 50), (x, y) => (X: x / 7.0, Y: y / 3.0)).NonEmptyListOf().ToArbitrary(),
            rows => property([.. rows.Select((r, i) => new CheckpointPartials(i + 1, 90 + (i / 20.0), [r.X, r.Y]))]))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
}
