using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class MetricsTests
{
    // Predicted positive: .9+ .8- .6+ .5-; predicted negative: .4+ .3- .2- .1-  →  TP 2, FP 2, FN 1, TN 3.
    private static readonly double[] Probabilities = [0.9, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
    private static readonly bool[] Positive = [true, false, true, false, true, false, false, false];

    [Theory]
    [InlineData(Metric.Acc, 5.0 / 8)]
    [InlineData(Metric.F1, 4.0 / 7)] // 2·2 / (2·2 + 2 + 1)
    [InlineData(Metric.MacroF1, ((4.0 / 7) + (6.0 / 9)) / 2)]
    [InlineData(Metric.WeightedF1, ((3 * 4.0 / 7) + (5 * 6.0 / 9)) / 8)] // true counts 3 and 5
    [InlineData(Metric.F1Calm, ((4 * 4.0 / 7) + (4 * 6.0 / 9)) / 8)] // predicted counts 4 and 4
    [InlineData(Metric.Mcc, ((2.0 * 3) - (2.0 * 1)) / 15.491933384829668)] // √(4·3·5·4) = √240
    [InlineData(Metric.Ks, 0.6)] // at .4: TPR 1, FPR 2/5
    [InlineData(Metric.Auc, (5 + 4 + 3) / 15.0)] // negatives below .9, .6 and .4
    [InlineData(Metric.Brier, (0.01 + 0.64 + 0.16 + 0.25 + 0.36 + 0.09 + 0.04 + 0.01) / 8)]
    [InlineData(Metric.Ece, (0.1 + 0.8 + 0.4 + 0.5 + 0.6 + 0.3 + 0.2 + 0.1) / 8)] // one row a bin
    public void Eight_rows_worked_by_hand(Metric metric, double expected) =>
        Predictions.Of(Probabilities, Positive).Measure()[metric].ShouldBe(expected, 1e-12);

    [Fact]
    public void Figures_agree_with_scikit_learn_on_ties()
    {
        // roc_auc_score, max(tpr - fpr), matthews_corrcoef, f1_score and brier_score_loss of scikit-learn's definitions, by hand:
        // positives .7 .7 .3, negatives .7 .3 .3 .1 → pairs won 1·0 … counted below.
        var measured = Predictions.Of([0.7, 0.7, 0.3, 0.7, 0.3, 0.3, 0.1], [true, true, true, false, false, false, false]).Measure();

        // each .7 positive: ½ + 1 + 1 + 1 = 3.5; the .3 positive: 0 + ½ + ½ + 1 = 2; of 12 pairs.
        measured[Metric.Auc].ShouldBe(9.0 / 12, 1e-12);
        measured[Metric.Ks].ShouldBe((2.0 / 3) - (1.0 / 4), 1e-12);
    }

    [Fact]
    public void Constant_scores_give_an_area_of_one_half_and_no_separation()
    {
        var measured = Predictions.Of([0.3, 0.3, 0.3, 0.3], [true, false, false, true]).Measure();

        measured[Metric.Auc].ShouldBe(0.5);
        measured[Metric.Ks].ShouldBe(0);
        measured[Metric.F1].ShouldBe(0);
        measured[Metric.Mcc].ShouldBe(0);
    }

    [Fact]
    public void A_reversed_ranking_has_no_separation_and_no_area()
    {
        var measured = Predictions.Of([0.1, 0.9], [true, false]).Measure();

        measured[Metric.Auc].ShouldBe(0);
        measured[Metric.Ks].ShouldBe(0);
        measured[Metric.Mcc].ShouldBe(-1, 1e-12);
    }

    [Fact]
    public void The_generated_metrics_exist_only_where_something_was_generated()
    {
        var without = Predictions.Of([0.1, 0.9], [false, true]).Measure();
        var with = Predictions.Of(
            [0.1, 0.9, 0.2, 0.6],
            [false, true, false, true],
            [Predictions.Generated.Right, Predictions.Generated.Miss, Predictions.Generated.Wrong, Predictions.Generated.Right]).Measure();

        without.Keys.ShouldNotContain(Metric.Miss);
        with[Metric.Miss].ShouldBe(0.25);
        with[Metric.AccGenerated].ShouldBe(0.5); // the miss counts as wrong
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_class_alone_is_refused_with_what_to_do(bool label)
    {
        var error = Should.Throw<InputException>(() => Predictions.Of([0.1, 0.9], [label, label]));

        error.Message.ShouldContain(label ? "2 positive answers" : "0 positive answers");
        error.Message.ShouldContain("larger test side");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    public void A_probability_that_is_none_names_its_row(double bad) =>
        Should.Throw<ArgumentException>(() => Predictions.Of([0.1, bad], [true, false])).Message.ShouldContain("row 1");

    [Fact]
    public void Lengths_that_differ_are_refused() =>
        Should.Throw<ArgumentException>(() => Predictions.Of([0.1, 0.2], [true])).Message.ShouldContain("2 probabilities, 1 labels");

    [Fact]
    public void The_roc_curve_runs_from_nothing_to_everything_and_skips_ties()
    {
        var roc = Curves.Roc(Predictions.Of([0.7, 0.7, 0.3, 0.1], [true, false, true, false]));

        roc.Select(p => (p.FalsePositiveRate, p.TruePositiveRate)).ShouldBe([(0, 0), (0.5, 0.5), (0.5, 1), (1, 1)]);
        roc[1].Threshold.ShouldBe(0.7);
    }

    [Fact]
    public void The_calibration_curve_leaves_out_empty_bins_and_keeps_one_in_the_last()
    {
        var points = Curves.Calibration(Predictions.Of([0.02, 0.04, 1.0, 0.95], [false, true, true, true]));

        points.Count.ShouldBe(2);
        points[0].Predicted.ShouldBe(0.03, 1e-12);
        points[0].Observed.ShouldBe(0.5);
        (points[1].Predicted, points[1].Observed, points[1].Count).ShouldBe((0.975, 1, 2));
    }
}
