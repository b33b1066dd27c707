using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence;

public sealed class EmpiricalFisherTests
{
    [Fact]
    public void Two_gradients_on_the_axes_give_what_one_works_out_by_hand()
    {
        // F = diag(4/2, 1/2) = diag(2, 0.5); trace/k = 1.25; damping 0.4 makes λ = 0.5.
        var fisher = new EmpiricalFisher([[2, 0], [0, 1]], damping: 0.4);
        fisher.Lambda.ShouldBe(0.5, 1e-12);
        fisher.Solve([5, 3]).ShouldBe([5 / 2.5f, 3 / 1f], 1e-6);
    }

    [Fact]
    public void What_no_training_gradient_touches_is_divided_by_the_damping_alone()
    {
        var fisher = new EmpiricalFisher([[3, 0, 0]], damping: 1);
        fisher.Lambda.ShouldBe(3, 1e-12);
        fisher.Solve([12, 6, -3]).ShouldBe([1, 2, -1], 1e-6);
    }

    [Theory]
    [InlineData(3, 7, 0.1)]
    [InlineData(7, 3, 0.1)]
    [InlineData(40, 24, 0.01)]
    [InlineData(24, 40, 10)]
    public void It_is_the_inverse_of_the_dense_matrix(int samples, int width, double damping)
    {
        var rows = Rows(samples, width, seed: 3);
        var random = new SeededRandom(4);
        float[] vector = [.. Enumerable.Range(0, width).Select(_ => (float)random.NextGaussian())];
        var expected = Dense(rows, damping, vector);
        new EmpiricalFisher(rows, damping).Solve(vector).ShouldBe(expected, 1e-4 * expected.Max(Math.Abs));
    }

    [Fact]
    public void The_order_of_the_gradients_changes_nothing_but_rounding()
    {
        var rows = Rows(30, 12, seed: 5);
        float[] vector = [.. Enumerable.Range(0, 12).Select(d => d - 5.5f)];
        var forward = new EmpiricalFisher(rows, 0.1).Solve(vector);
        new EmpiricalFisher([.. rows.Reverse()], 0.1).Solve(vector).ShouldBe(forward, 1e-5 * forward.Max(Math.Abs));
    }

    [Fact]
    public void Much_damping_leaves_the_direction_as_it_was()
    {
        var fisher = new EmpiricalFisher(Rows(20, 4, seed: 6), damping: 1e6);
        var solved = fisher.Solve([4, -3, 2, 1]);
        solved.Select(v => v * fisher.Lambda).ShouldBe([4, -3, 2, 1], 1e-4);
    }

    [Fact]
    public void A_direction_that_training_varies_along_counts_less()
    {
        var solved = new EmpiricalFisher([[10, 0], [-10, 0], [0, 1]], 0.1).Solve([1, 1]);
        solved[0].ShouldBeLessThan(solved[1] / 5);
    }

    [Fact]
    public void A_subsample_follows_from_the_ids_and_the_seed_alone()
    {
        string[] ids = [.. Enumerable.Range(0, 50).Select(i => $"{i:x32}")];
        var chosen = EmpiricalFisher.Choose(ids, seed: 1, most: 10);
        chosen.Count.ShouldBe(10);
        chosen.ShouldBe(chosen.Order(StringComparer.Ordinal));
        EmpiricalFisher.Choose(ids.Reverse(), 1, 10).ShouldBe(chosen);
        EmpiricalFisher.Choose(ids, 2, 10).ShouldNotBe(chosen);
        EmpiricalFisher.Choose(ids, 1, 60).ShouldBe(ids);
    }

    [Fact]
    public void Gradients_that_are_all_zero_cannot_be_inverted() =>
        Should.Throw<ArithmeticException>(() => new EmpiricalFisher([[0, 0], [0, 0]], 0.1)).Message.ShouldContain("trace 0");

    [Fact]
    public void Gradients_of_different_sizes_are_refused() =>
        Should.Throw<ArgumentException>(() => new EmpiricalFisher([[1, 0], [1]], 0.1)).Message.ShouldContain("2 different sizes");

    private static float[][] Rows(int samples, int width, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, samples).Select(_ => Enumerable.Range(0, width).Select(d => (float)(random.NextGaussian() * (d + 1))).ToArray())];
    }

    /// <summary>(F + λI) x = v by Gauss and Jordan with pivots, in double.</summary>
    private static float[] Dense(float[][] rows, double damping, float[] vector)
    {
        var k = vector.Length;
        var a = new double[k, k + 1];
        foreach (var row in rows)
        {
            for (var i = 0; i < k; i++)
            {
                for (var j = 0; j < k; j++)
                {
                    a[i, j] += (double)row[i] * row[j] / rows.Length;
                }
            }
        }

        var trace = Enumerable.Range(0, k).Sum(i => a[i, i]);
        for (var i = 0; i < k; i++)
        {
            a[i, i] += damping * trace / k;
            a[i, k] = vector[i];
        }

        for (var column = 0; column < k; column++)
        {
            var pivot = Enumerable.Range(column, k - column).MaxBy(i => Math.Abs(a[i, column]));
            for (var j = 0; j <= k; j++)
            {
                (a[column, j], a[pivot, j]) = (a[pivot, j], a[column, j]);
            }

            for (var i = 0; i < k; i++)
            {
                var factor = i == column ? 0 : a[i, column] / a[column, column];
                for (var j = column; j <= k; j++)
                {
                    a[i, j] -= factor * a[column, j];
                }
            }
        }

        return [.. Enumerable.Range(0, k).Select(i => (float)(a[i, k] / a[i, i]))];
    }
}
