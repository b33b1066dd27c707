using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.Influence.Gradients;
using ZiGong.ModelFiles;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Influence.Fidelity;

/// <summary>Gradients of five training and three reference samples in every space, against the products written out.</summary>
public sealed class SpaceBuilderTests : IDisposable
{
    private const string Prefix = "exp_avg_sq.base_model.model.model.layers";
    private const int Step = 10;
    private static readonly ParameterBlock[] Blocks = [new("a", 6), new("b", 4), new("c", 6)];
    private static readonly float[] Moments = [.. Enumerable.Range(0, 16).Select(i => 0.01f * (1 + i))];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Exact_products_are_those_of_the_rows()
    {
        var built = Builder().Build(new GradientSpace(SpaceKind.Exact), 1);

        Check(built, (t, r) => Dot(t, r));
        built.TrainingNorms.ShouldBe(Rows(1, 5).Select(Norm), 1e-6);
        built.ReferenceNorms.ShouldBe(Rows(2, 3).Select(Norm), 1e-6);
        (built.Samples, built.References).ShouldBe((5, 3));
    }

    [Fact]
    public void A_sketch_keeps_the_exact_norms()
    {
        var sketch = new CountSketch(8, 7, Blocks);
        float[] Sketched(float[] row)
        {
            var sketched = new float[8];
            sketch.Apply(row, sketched);
            return sketched;
        }

        var built = Builder().Build(new GradientSpace(SpaceKind.Sketch, 8), 7);

        Check(built, (t, r) => Dot(Sketched(t), Sketched(r)));
        built.TrainingNorms.ShouldBe(Rows(1, 5).Select(Norm), 1e-6);
    }

    [Fact]
    public void Adam_divides_the_training_side_alone_and_its_norms_too()
    {
        // v̂ = v / (1 − 0.999^10), g / (√v̂ + 1e-8).
        float[] Divided(float[] row) => [.. row.Select((g, i) => (float)(g / (Math.Sqrt(Moments[i] / (1 - Math.Pow(0.999, Step))) + 1e-8)))];

        var built = Builder().Build(new GradientSpace(SpaceKind.Adam), 1);

        Check(built, (t, r) => Dot(Divided(t), r));
        built.TrainingNorms.ShouldBe(Rows(1, 5).Select(r => Norm(Divided(r))), 1e-4);
        built.ReferenceNorms.ShouldBe(Rows(2, 3).Select(Norm), 1e-6);
    }

    [Fact]
    public void Layers_have_length_one_each_on_both_sides()
    {
        float[] ByLayer(float[] row) => [.. Parts(row).SelectMany(p => p.Select(x => Norm(p) == 0 ? 0 : (float)(x / Norm(p))))];

        var built = Builder().Build(new GradientSpace(SpaceKind.Layers), 1);

        Check(built, (t, r) => Dot(ByLayer(t), ByLayer(r)));
        built.TrainingNorms.ShouldAllBe(n => Math.Abs(n - Math.Sqrt(3)) < 1e-5, "three layers of length one");
    }

    [Fact]
    public void A_layer_without_any_gradient_stays_without()
    {
        float[] row = [.. new float[6], .. Rows(9, 1)[0][6..]];

        var built = (Builder() with { Training = [row] }).Build(new GradientSpace(SpaceKind.Layers), 1);

        built.TrainingNorms.Single().ShouldBe(Math.Sqrt(2), 1e-5);
    }

    [Fact]
    public void Fisher_puts_the_inverse_of_the_damped_second_moment_between_the_sketches()
    {
        const double damping = 0.5;
        var sketch = new CountSketch(8, 7, Blocks);
        double[] Sketched(float[] row)
        {
            var sketched = new float[8];
            sketch.Apply(row, sketched);
            return [.. sketched.Select(x => (double)x)];
        }

        var g = Matrix<double>.Build.DenseOfRows(Rows(1, 5).Select(Sketched));
        var second = g.Transpose() * g / 5;
        var damped = second + (Matrix<double>.Build.DenseIdentity(8) * (damping * second.Trace() / 8));

        var built = (Builder() with { Damping = damping }).Build(new GradientSpace(SpaceKind.Fisher, 8), 7);

        Check(built, (t, r) => Vector<double>.Build.Dense(Sketched(t)) * damped.Solve(Vector<double>.Build.Dense(Sketched(r))));
    }

    [Theory]
    [InlineData(SpaceKind.Exact, 0, "Exact")]
    [InlineData(SpaceKind.Sketch, 4096, "Sketch-4096")]
    [InlineData(SpaceKind.Fisher, 64, "Fisher-64")]
    public void A_space_is_named_by_kind_and_width(SpaceKind kind, int width, string name) => new GradientSpace(kind, width).Name.ShouldBe(name);

    private SpaceBuilder Builder() => new(Rows(1, 5), Rows(2, 3), Blocks, CheckpointMoments.Read(Written(), Step), 0.1);

    /// <summary>Moments of two projections of one layer, stored in another order than gradients have.</summary>
    private string Written()
    {
        (string Name, float[] Values)[] tensors =
        [
            ($"{Prefix}.0.self_attn.k_proj.lora_A.weight", Moments[10..13]), ($"{Prefix}.0.self_attn.k_proj.lora_B.weight", Moments[13..]),
            ($"{Prefix}.0.self_attn.q_proj.lora_A.weight", Moments[..6]), ($"{Prefix}.0.self_attn.q_proj.lora_B.weight", Moments[6..10]),
            ("exp_avg.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", [9, 9, 9]),
        ];
        var (entries, at) = (new List<SafetensorsEntry>(), 0L);
        foreach (var (name, values) in tensors)
        {
            entries.Add(new SafetensorsEntry(name, "F32", [values.Length], at, at += 4 * values.Length));
        }

        var path = _folder.File("moments.safetensors");
        File.WriteAllBytes(
            path,
            [
                .. SafetensorsHeader.Write(entries, new Dictionary<string, string>()),
                .. tensors.SelectMany(t => MemoryMarshal.AsBytes(t.Values.AsSpan()).ToArray())]);
        return path;
    }

    private static void Check(SpaceProducts built, Func<float[], float[], double> product)
    {
        var (training, reference) = (Rows(1, 5), Rows(2, 3));
        for (var s = 0; s < training.Count; s++)
        {
            for (var r = 0; r < reference.Count; r++)
            {
                built.At(s, r).ShouldBe(product(training[s], reference[r]), 1e-3 * Math.Max(1, Math.Abs(product(training[s], reference[r]))));
            }
        }
    }

    private static IReadOnlyList<float[]> Rows(ulong seed, int count)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 16).Select(_ => (float)random.NextGaussian()).ToArray())];
    }

    private static IEnumerable<float[]> Parts(float[] row) => [row[..6], row[6..10], row[10..]];

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static double Norm(float[] a) => Math.Sqrt(Dot(a, a));
}
