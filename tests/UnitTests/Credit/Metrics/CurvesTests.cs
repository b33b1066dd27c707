using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class CurvesTests
{
    [Fact]
    public void The_ks_point_of_eight_rows_worked_by_hand()
    {
        var curves = ModelCurves.Of(Predictions.Of([0.9, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [true, false, true, false, true, false, false, false]));

        curves.KsPoint.ShouldBe(new RocPoint(0.4, 0.4, 1));
        curves.Roc[0].ShouldBe(new RocPoint(double.PositiveInfinity, 0, 0));
        curves.Roc[^1].ShouldBe(new RocPoint(0.1, 1, 1));
    }

    [Fact]
    public void Thinning_keeps_ends_ks_and_area_of_any_curve()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var rows = Draw(3000, seed);
            var (measured, curves) = (rows.Measure(), ModelCurves.Of(rows));

            (curves.KsPoint.TruePositiveRate - curves.KsPoint.FalsePositiveRate).ShouldBe(measured[Metric.Ks], 1e-12);
            curves.Roc.ShouldContain(curves.KsPoint);
            curves.Roc.Count.ShouldBeLessThan(110);
            Area(curves.Roc).ShouldBe(measured[Metric.Auc], 0.002);
            Area(Curves.Roc(rows)).ShouldBe(measured[Metric.Auc], 1e-9); // every point: exactly the area with ties at half
            curves.Roc.Zip(curves.Roc.Skip(1))
                .ShouldAllBe(p => p.Second.FalsePositiveRate >= p.First.FalsePositiveRate && p.Second.TruePositiveRate >= p.First.TruePositiveRate);
        }
    }

    [Fact]
    public void The_calibration_table_accounts_for_every_row_and_gives_the_ece()
    {
        var rows = Draw(2000, 9);
        var table = Curves.Calibration(rows);

        table.Sum(b => b.Count).ShouldBe(rows.Count);
        table.Sum(b => b.Count * b.Observed).ShouldBe(rows.Positives, 1e-6);
        table.Sum(b => b.Count * Math.Abs(b.Observed - b.Predicted) / rows.Count).ShouldBe(rows.Measure()[Metric.Ece], 1e-9);
        table.ShouldAllBe(b => b.Lower <= b.Observed && b.Observed <= b.Upper && b.Upper - b.Lower > 0);
    }

    [Fact]
    public void A_calibrated_model_lies_within_nearly_all_of_its_intervals()
    {
        var random = new SeededRandom(1);
        var inside = 0;
        var bins = 0;
        for (var i = 0; i < 100; i++)
        {
            double[] probabilities = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];
            bool[] positive = [.. probabilities.Select(p => random.NextDouble() < p)];
            foreach (var bin in Curves.Calibration(Predictions.Of(probabilities, positive)))
            {
                bins++;
                inside += bin.Lower <= bin.Predicted && bin.Predicted <= bin.Upper ? 1 : 0;
            }
        }

        (inside / (double)bins).ShouldBe(0.95, 0.025);
    }

    private static Predictions Draw(int n, ulong seed)
    {
        var random = new SeededRandom(seed);
        bool[] positive = [.. Enumerable.Range(0, n).Select(i => i % 5 == 0)];
        return Predictions.Of([.. positive.Select(y => Math.Round(1 / (1 + Math.Exp(-random.NextGaussian() + (y ? -0.5 : 1))), 3))], positive);
    }

    private static double Area(IReadOnlyList<RocPoint> roc) => roc.Zip(roc.Skip(1)).Sum(p =>
        (p.Second.FalsePositiveRate - p.First.FalsePositiveRate) * (p.Second.TruePositiveRate + p.First.TruePositiveRate) / 2);
}
