using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

/// <summary>What holds for any predictions; tenths as probabilities, so that ties are common.</summary>
public sealed class MetricPropertyTests
{
    private static readonly Gen<(double P, bool Y)[]> Rows =
        Gen.Choose(0, 10).SelectMany(_ => Gen.Elements(true, false), (p, y) => (p / 10.0, y)).ArrayOf()
            .Where(rows => rows.Any(r => r.Item2) && rows.Any(r => !r.Item2));

    [Fact]
    public void Auc_equals_counting_every_pair() => Check(rows =>
    {
        var pairs = from p in rows where p.Y from n in rows where !n.Y select p.P > n.P ? 1 : p.P == n.P ? 0.5 : 0;
        Measure(rows)[Metric.Auc].ShouldBe(pairs.Average(), 1e-12);
    });

    [Fact]
    public void Ks_equals_trying_every_threshold() => Check(rows =>
    {
        var ks = rows.Select(t => t.P).Max(t =>
            rows.Where(r => r.Y).Average(r => r.P >= t ? 1.0 : 0) - rows.Where(r => !r.Y).Average(r => r.P >= t ? 1.0 : 0));
        Measure(rows)[Metric.Ks].ShouldBe(Math.Max(0, ks), 1e-12);
    });

    [Fact]
    public void Every_metric_stays_in_its_range() => Check(rows =>
    {
        foreach (var (metric, value) in Measure(rows))
        {
            value.ShouldBeInRange(metric == Metric.Mcc ? -1 - 1e-12 : 0, 1 + 1e-12, metric.ToString());
        }
    });

    [Fact]
    public void The_order_of_the_rows_does_not_matter() => Check(rows =>
    {
        var shuffled = rows.ToArray();
        new SeededRandom(7).Shuffle(shuffled.AsSpan());
        var (one, other) = (Measure(rows), Measure(shuffled));
        foreach (var metric in one.Keys)
        {
            other[metric].ShouldBe(one[metric], 1e-12, metric.ToString());
        }
    });

    [Fact]
    public void A_monotone_transform_keeps_ks_and_auc() => Check(rows =>
    {
        var bent = rows.Select(r => (Math.Pow(r.P, 3) / 2, r.Y)).ToArray();
        Measure(bent)[Metric.Ks].ShouldBe(Measure(rows)[Metric.Ks]);
        Measure(bent)[Metric.Auc].ShouldBe(Measure(rows)[Metric.Auc]);
    });

    [Fact]
    public void Swapping_the_classes_and_the_scores_keeps_the_area() => Check(rows =>
        Measure([.. rows.Select(r => (1 - r.P, !r.Y))])[Metric.Auc].ShouldBe(Measure(rows)[Metric.Auc], 1e-12));

    [Fact]
    public void Swapping_the_classes_and_the_scores_swaps_or_keeps_every_metric() => Check(rows =>
    {
        // At exactly one half both labels would be predicted positive: such rows are moved off it.
        (double P, bool Y)[] off = [.. rows.Select(r => (r.P == 0.5 ? 0.51 : r.P, r.Y))];
        var (one, other) = (Measure(off), Measure([.. off.Select(r => (1 - r.P, !r.Y))]));
        foreach (var metric in new[] { Metric.Acc, Metric.MacroF1, Metric.WeightedF1, Metric.F1Calm, Metric.Mcc, Metric.Ks, Metric.Auc, Metric.Brier })
        {
            other[metric].ShouldBe(one[metric], 1e-9, metric.ToString());
        }

        one[Metric.MacroF1].ShouldBe((one[Metric.F1] + other[Metric.F1]) / 2, 1e-9);
    });

    [Fact]
    public void Reversing_the_scores_mirrors_the_area() => Check(rows =>
        Measure([.. rows.Select(r => (1 - r.P, r.Y))])[Metric.Auc].ShouldBe(1 - Measure(rows)[Metric.Auc], 1e-12));

    [Fact]
    public void Any_predictions_differ_from_themselves_by_exactly_nothing() => Check(
        rows =>
        {
            foreach (var (metric, difference) in Bootstrap.Compare(Of(Enough(rows)), Of(Enough(rows)), seed: 3, resamples: 20).Values)
            {
                difference.ShouldBe(new Difference(0, 0, 0, 0), metric.ToString());
            }
        },
        runs: 50);

    [Fact]
    public void Swapping_the_two_models_turns_every_difference_around() => Check(
        rows =>
        {
            var enough = Of(Enough(rows));
            var other = Of([.. Enough(rows).Select((r, i) => (((i * 7) % 11) / 10.0, r.Y))]);
            var (one, turned) = (Bootstrap.Compare(enough, other, 3, 40), Bootstrap.Compare(other, enough, 3, 40));
            foreach (var (metric, difference) in one.Values)
            {
                turned[metric].Value.ShouldBe(-difference.Value, 1e-12, metric.ToString());
                turned[metric].Lower.ShouldBe(-difference.Upper, 1e-9, metric.ToString());
                turned[metric].Detectable.ShouldBe(difference.Detectable, 1e-9, metric.ToString());
            }
        },
        runs: 30);

    [Fact]
    public void Every_interval_holds_in_order() => Check(
        rows =>
        {
            foreach (var (metric, interval) in Bootstrap.Evaluate(Of(Enough(rows)), seed: 3, resamples: 50).Values)
            {
                interval.HasEnds.ShouldBeTrue(metric.ToString());
                interval.Lower.ShouldBeLessThanOrEqualTo(interval.Upper, metric.ToString());
            }
        },
        runs: 30);

    private static void Check(Action<(double P, bool Y)[]> property, int runs = 200) =>
        Prop.ForAll(Rows.ToArbitrary(), rows =>
        {
            property(rows);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));

    /// <summary>So many rows of each class that there are intervals.</summary>
    private static (double P, bool Y)[] Enough((double P, bool Y)[] rows) => [.. Enumerable.Repeat(rows, FewRows.Smallest).SelectMany(r => r)];

    private static IReadOnlyDictionary<Metric, double> Measure((double P, bool Y)[] rows) => Of(rows).Measure();

    private static Predictions Of((double P, bool Y)[] rows) => Predictions.Of([.. rows.Select(r => r.P)], [.. rows.Select(r => r.Y)]);
}
