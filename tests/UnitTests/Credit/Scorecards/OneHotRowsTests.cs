using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Scorecards;

namespace ZiGong.UnitTests.Credit.Scorecards;

/// <summary>Sparse rows and the fit on them against dense matrices and Newton's method written out.</summary>
public sealed class OneHotRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(11)]
    public void A_score_is_the_sum_of_the_active_weights_and_the_intercept(int fields)
    {
        var (rows, _) = Random(30, fields, seed: 1);
        double[] parameters = [.. Enumerable.Range(0, rows.Columns + 1).Select(j => Math.Sin(j))];

        for (var i = 0; i < rows.Count; i++)
        {
            rows.Score(i, parameters).ShouldBe(rows[i].ToArray().Sum(c => parameters[c]) + parameters[^1], 1e-12);
        }
    }

    [Fact]
    public void A_row_is_added_at_its_columns_and_at_the_intercept()
    {
        var target = new double[5];

        new OneHotRows([[0, 3]], 4).AddTo(target, 0, 2.5);

        target.ShouldBe([2.5, 0, 0, 2.5, 2.5]);
    }

    [Fact]
    public void Rows_are_taken_in_the_order_asked_for_and_twice_if_asked()
    {
        var taken = new OneHotRows([[0], [1], [2]], 3).Take([2, 0, 2]);

        (taken.Count, taken.Columns).ShouldBe((3, 3));
        Enumerable.Range(0, 3).Select(i => taken[i][0]).ShouldBe([2, 0, 2]);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(30)]
    public void The_fit_is_that_of_Newtons_method_on_dense_matrices(double c)
    {
        var (rows, labels) = Random(120, 4, seed: 2);

        // A gradient of 1e-9 a row is left, which the weakest penalty's curvature of 1/30 makes 4e-6 of a weight.
        LogisticRegression.Fit(rows, labels, c).ShouldBe(Dense(rows, labels, c), 1e-5);
    }

    [Fact]
    public void Where_a_fit_begins_changes_the_way_and_not_the_end()
    {
        var (rows, labels) = Random(80, 3, seed: 3);
        double[] far = [.. Enumerable.Range(0, rows.Columns + 1).Select(j => j % 2 == 0 ? 4.0 : -4)];

        LogisticRegression.Fit(rows, labels, 1, far).ShouldBe(LogisticRegression.Fit(rows, labels, 1), 1e-6);
    }

    [Fact]
    public void A_column_that_no_row_has_gets_no_weight()
    {
        var (rows, labels) = Random(60, 2, seed: 4);
        var wider = new OneHotRows([.. Enumerable.Range(0, rows.Count).Select(i => rows[i].ToArray())], rows.Columns + 3);

        var fit = LogisticRegression.Fit(wider, labels, 1);

        fit[rows.Columns..^1].ShouldBe([0, 0, 0]);
        fit[^1].ShouldBe(LogisticRegression.Fit(rows, labels, 1)[^1], 1e-6);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(800, 1)]
    [InlineData(-800, 0)]
    [InlineData(1, 0.7310585786300049)]
    public void The_sigmoid_overflows_on_neither_side(double z, double expected)
    {
        LogisticRegression.Sigmoid(z).ShouldBe(expected, 1e-15);
        (LogisticRegression.Sigmoid(z) + LogisticRegression.Sigmoid(-z)).ShouldBe(1, 1e-15);
    }

    /// <summary>w ← w − (Xᵀ D X + I/C)⁻¹ (Xᵀ (p − y) + w/C), the intercept without a penalty, to convergence.</summary>
    private static double[] Dense(OneHotRows rows, bool[] labels, double c)
    {
        var x = Matrix<double>.Build.Dense(rows.Count, rows.Columns + 1, (i, j) => j == rows.Columns || rows[i].Contains(j) ? 1 : 0);
        var y = Vector<double>.Build.Dense(rows.Count, i => labels[i] ? 1 : 0);
        var penalty = Vector<double>.Build.Dense(rows.Columns + 1, j => j == rows.Columns ? 0 : 1 / c);
        var w = Vector<double>.Build.Dense(rows.Columns + 1);
        for (var step = 0; step < 60; step++)
        {
            var p = (x * w).Map(z => 1 / (1 + Math.Exp(-z)));
            var hessian = (x.Transpose() * Matrix<double>.Build.DiagonalOfDiagonalVector(p.PointwiseMultiply(1 - p)) * x)
                + Matrix<double>.Build.DiagonalOfDiagonalVector(penalty);
            w -= hessian.Solve((x.Transpose() * (p - y)) + penalty.PointwiseMultiply(w));
        }

        return [.. w];
    }

    private static (OneHotRows Rows, bool[] Labels) Random(int count, int fields, ulong seed)
    {
        const int bins = 3;
        var random = new SeededRandom(seed);
        int[][] active = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, fields).Select(f => (f * bins) + random.NextInt(bins)).ToArray())];
        return (new OneHotRows(active, fields * bins), [.. active.Select(a => random.NextDouble() < (a[0] % bins == 0 ? 0.7 : 0.3))]);
    }
}
