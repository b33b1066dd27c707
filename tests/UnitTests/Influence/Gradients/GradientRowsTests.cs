using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.UnitTests.Influence.Gradients;

public sealed class GradientRowsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(4097)]
    public void The_inner_product_is_exact_to_double_precision(int length)
    {
        var (x, y) = (Vector(1, length), Vector(2, length));
        var expected = x.Zip(y, (a, b) => (decimal)(double)a * (decimal)(double)b).Sum();
        GradientRows.Dot(x, y).ShouldBe((double)expected, 1e-12 * Math.Max(1, length));
    }

    [Fact]
    public void The_order_of_the_sum_is_the_documented_one_on_every_machine()
    {
        var (x, y) = (Vector(1, 77), Vector(2, 77));
        var lanes = new double[16];
        for (var i = 0; i < 64; i++)
        {
            lanes[i % 16] += (double)x[i] * y[i];
        }

        var eight = Enumerable.Range(0, 8).Select(i => lanes[i] + lanes[i + 8]).ToArray();
        var four = Enumerable.Range(0, 4).Select(i => eight[i] + eight[i + 4]).ToArray();
        var sum = four[0] + four[2] + (four[1] + four[3]);
        for (var i = 64; i < 77; i++)
        {
            sum += (double)x[i] * y[i];
        }

        GradientRows.Dot(x, y).ShouldBe(sum);
    }

    [Fact]
    public void Each_row_weighs_the_same_in_a_normalised_mean_however_long_it_is()
    {
        var sum = new double[2];
        GradientRows.AddNormalised([3000, 4000], 5000, sum);
        GradientRows.AddNormalised([0.006f, -0.008f], 0.01, sum);
        sum[0].ShouldBe(1.2, 1e-7);
        sum[1].ShouldBe(0, 1e-7);
    }

    [Fact]
    public void A_row_of_norm_zero_adds_nothing()
    {
        var sum = new double[] { 1, 2 };
        GradientRows.AddNormalised([0, 0], 0, sum);
        sum.ShouldBe([1.0, 2.0]);
    }

    [Fact]
    public void Scaled_rows_add_up_in_double()
    {
        var sum = new double[1];
        for (var i = 0; i < 1000; i++)
        {
            GradientRows.AddScaled([0.1f], 1e-3, sum);
        }

        sum[0].ShouldBe((double)0.1f, 1e-14);
    }

    private static float[] Vector(ulong seed, int length)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
    }
}
