using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.UnitTests.Influence.Gradients;

public sealed class CountSketchTests
{
    private static readonly ParameterBlock[] Blocks = [new("layers.0.q.A", 300), new("layers.0.q.B", 500), new("layers.1.q.A", 200)];

    [Fact]
    public void The_sketch_is_linear()
    {
        var sketch = new CountSketch(64, seed: 1, Blocks);
        var (x, y) = (Vector(1), Vector(2));
        var (sx, sy) = (Apply(sketch, x), Apply(sketch, y));
        var both = Apply(sketch, [.. x.Zip(y, (a, b) => (2 * a) - (3 * b))]);
        both.Zip(sx.Zip(sy, (a, b) => (2 * a) - (3 * b)), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f);
    }

    [Fact]
    public void A_coordinate_goes_to_one_bucket_with_sign_plus_or_minus_one()
    {
        var sketch = new CountSketch(32, seed: 1, Blocks);
        var signs = new List<float>();
        var used = new HashSet<int>();
        for (var i = 0; i < sketch.Dimension; i++)
        {
            var unit = new float[sketch.Dimension];
            unit[i] = 1;
            var sketched = Apply(sketch, unit);
            var bucket = Array.FindIndex(sketched, v => v != 0);
            sketched.Count(v => v != 0).ShouldBe(1);
            used.Add(bucket);
            signs.Add(sketched[bucket]);
        }

        used.Count.ShouldBe(32);
        signs.ShouldAllBe(sign => sign == 1 || sign == -1);
        signs.Count(sign => sign > 0).ShouldBeInRange(400, 600);
    }

    [Fact]
    public void Inner_products_are_right_on_average_over_seeds()
    {
        var (x, y) = (Vector(1), Vector(2));
        for (var i = 0; i < x.Length; i++)
        {
            y[i] += 0.5f * x[i];
        }

        var exact = GradientRows.Dot(x, y);
        var estimates = Enumerable.Range(0, 2000).Select(seed =>
        {
            var sketch = new CountSketch(50, (ulong)seed, Blocks);
            return GradientRows.Dot(Apply(sketch, x), Apply(sketch, y));
        }).ToArray();
        var mean = estimates.Average();
        var deviation = Math.Sqrt(estimates.Average(e => (e - mean) * (e - mean)));
        Math.Abs(mean - exact).ShouldBeLessThan(4 * deviation / Math.Sqrt(estimates.Length));
        deviation.ShouldBeLessThan(Math.Sqrt(2.0 / 50) * Norm(x) * Norm(y));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1024)]
    [InlineData(4096)]
    public void The_relative_error_is_about_one_over_the_root_of_the_buckets(int buckets)
    {
        var sketch = new CountSketch(buckets, seed: 3, [new ParameterBlock("a", 20_000)]);
        var errors = Enumerable.Range(0, 60).Select(i =>
        {
            var (x, y) = (Vector((ulong)(2 * i), 20_000), Vector((ulong)((2 * i) + 1), 20_000));
            return CountSketch.RelativeError(
                GradientRows.Dot(x, y), GradientRows.Dot(Apply(sketch, x), Apply(sketch, y)), Norm(x), Norm(y));
        }).ToArray();
        var rootMeanSquare = Math.Sqrt(errors.Average(e => e * e));
        (rootMeanSquare * Math.Sqrt(buckets)).ShouldBeInRange(0.7, 1.4);
    }

    [Fact]
    public void A_parameter_is_hashed_alike_whatever_stands_before_it()
    {
        var alone = new CountSketch(64, seed: 1, [Blocks[1]]);
        var third = new CountSketch(64, seed: 1, [Blocks[0], Blocks[1]]);
        var values = Vector(5, 500);
        Apply(third, [.. new float[300], .. values]).ShouldBe(Apply(alone, values));
    }

    [Fact]
    public void Another_seed_or_name_hashes_otherwise()
    {
        var values = Vector(5, 500);
        var first = Apply(new CountSketch(64, seed: 1, [new("a", 500)]), values);
        Apply(new CountSketch(64, seed: 2, [new("a", 500)]), values).ShouldNotBe(first);
        Apply(new CountSketch(64, seed: 1, [new("b", 500)]), values).ShouldNotBe(first);
    }

    [Fact]
    public void The_hash_never_changes_because_stored_gradients_depend_on_it()
    {
        var sketch = Apply(new CountSketch(8, seed: 7, [new("model.layers.0.self_attn.q_proj.lora_A.weight", 12)]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        string.Join(' ', sketch).ShouldBe(Golden);
    }

    private const string Golden = "10 -8 4 -2 2 -19 -10 11";

    [Fact]
    public void A_zero_norm_has_no_error() => CountSketch.RelativeError(0, 1, 0, 2).ShouldBe(0);

    [Fact]
    public void Wrong_lengths_are_refused() =>
        Should.Throw<ArgumentException>(() => new CountSketch(8, 1, Blocks).Apply(new float[3], new float[8]));

    private static float[] Apply(CountSketch sketch, float[] gradient)
    {
        var result = new float[sketch.Buckets];
        result.AsSpan().Fill(99); // must be overwritten
        sketch.Apply(gradient, result);
        return result;
    }

    private static float[] Vector(ulong seed, int length = 1000)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
    }

    private static double Norm(float[] x) => Math.Sqrt(GradientRows.Dot(x, x));
}
