using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class InfluenceMatrixTests : IDisposable
{
    private const int Width = 24;
    private static readonly string[] Answers = ["good", "bad", "good", "good", "bad"];
    private static readonly string[] Ids = [.. Enumerable.Range(0, 7).Select(i => $"{i:x32}")];
    private static readonly double?[] Observed = [1, 2, 3, 4, 5, 6, 7];
    private static readonly double[] Times = [8, 10];
    private static readonly double[] Etas = [0.5, 0.2];
    private static readonly ParameterBlock[] Blocks = [new("a", 16), new("b", 8)];
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-fidelity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Similarity.Cosine, ReferenceKind.Normalised, 0.9, DecayClock.Checkpoint)]
    [InlineData(Similarity.Dot, ReferenceKind.Normalised, 1, DecayClock.Checkpoint)]
    [InlineData(Similarity.Dot, ReferenceKind.Mean, 0.5, DecayClock.Both)]
    public void The_group_score_is_the_score_of_a_run(Similarity similarity, ReferenceKind kind, double gamma, DecayClock clock)
    {
        var decay = new DecayOptions(gamma, clock);
        var partials = Enumerable.Range(0, 2).Select(c =>
        {
            var vector = new ReferenceVector("task", ["good", "bad"], Width, kind);
            foreach (var (row, r) in References(c).Select((row, r) => (row, r)))
            {
                vector.Add($"{r}", Answers[r], row);
            }

            var built = vector.Build();
            return new CheckpointPartials(c + 1, Times[c], [.. Training(c).Select((g, i) => PartialScore.Of(Ids[i], g, built, Etas[c], similarity))]);
        });
        var expected = TracSeq.Combine(Ids, Observed, [.. partials], 11, decay).Values;

        var actual = Matrix.Group(
            new InfluenceArm("", "", new GradientSpace(SpaceKind.Exact), similarity, decay, kind), Checkpoints(new GradientSpace(SpaceKind.Exact)));

        actual.ShouldBe(expected, 1e-5 * expected.Max(Math.Abs));
    }

    [Fact]
    public void The_score_of_a_pair_is_the_decayed_sum_over_the_checkpoints()
    {
        var exact = new GradientSpace(SpaceKind.Exact);
        var pairs = Matrix.Pairs(new InfluenceArm("", "", exact, Similarity.Dot, new DecayOptions(0.5), ReferenceKind.Mean), Checkpoints(exact));

        // T = 11: the checkpoints at 8 and 10 weigh 1/8 and 1/2.
        var expected = (0.125 * 0.5 * Dot(Training(0)[3], References(0)[1])) + (0.5 * 0.2 * Dot(Training(1)[3], References(1)[1]));
        pairs[1][3].ShouldBe(expected, 1e-5 * Math.Abs(expected));
        pairs.Length.ShouldBe(5);
        pairs[0].Length.ShouldBe(7);
    }

    [Fact]
    public void The_samples_clock_ages_the_pairs_that_help_and_no_other()
    {
        var exact = new GradientSpace(SpaceKind.Exact);
        var arm = new InfluenceArm("", "", exact, Similarity.Cosine, new DecayOptions());
        var young = Matrix.Pairs(arm, Checkpoints(exact));
        var aged = Matrix.Pairs(arm with { Decay = new DecayOptions(0.5, DecayClock.Sample) }, Checkpoints(exact));
        foreach (var (before, after) in young.Zip(aged))
        {
            after.ShouldBe(before.Select((s, i) => s > 0 ? s * Math.Pow(0.5, 11 - Observed[i]!.Value) : s), 1e-12);
        }
    }

    [Fact]
    public void Adam_divides_the_training_side_alone()
    {
        var products = Builder(0).Build(new GradientSpace(SpaceKind.Adam), 1);
        var training = Training(0)[2].ToArray();
        AdamPreconditioner.Apply(training, Moments, 5, training);
        products.At(2, 3).ShouldBe(Dot(training, References(0)[3]), 1e-4 * Math.Abs(Dot(training, References(0)[3])));
        products.TrainingNorms[2].ShouldBe(Math.Sqrt(Dot(training, training)), 1e-4 * products.TrainingNorms[2]);
    }

    [Fact]
    public void The_fisher_stands_between_the_sketches()
    {
        var sketch = new CountSketch(12, 9, Blocks);
        float[][] training = [.. Training(0).Select(Sketched)];
        var solved = new EmpiricalFisher(training, 0.1).Solve(Sketched(References(0)[4]));
        var products = Builder(0).Build(new GradientSpace(SpaceKind.Fisher, 12), 9);
        products.At(5, 4).ShouldBe(Dot(training[5], solved), 1e-4 * Math.Abs(Dot(training[5], solved)));
        products.TrainingNorms[5].ShouldBe(Math.Sqrt(Dot(Training(0)[5], Training(0)[5])), 1e-6, "Cosine divides by the exact norm");

        float[] Sketched(float[] row)
        {
            var result = new float[12];
            sketch.Apply(row, result);
            return result;
        }
    }

    [Fact]
    public void By_layer_a_sample_against_itself_gives_the_number_of_its_matrices()
    {
        var builder = Builder(0) with { Reference = Training(0) };
        var products = builder.Build(new GradientSpace(SpaceKind.Layers), 1);
        products.At(1, 1).ShouldBe(2, 1e-5);
        Math.Abs(products.At(1, 2)).ShouldBeLessThan(2);
    }

    private static InfluenceMatrix Matrix => new(Ids, Observed, Answers, AsOf: 11);

    private static float[] Moments { get; } = [.. Enumerable.Range(0, Width).Select(i => 0.01f * (i + 1))];

    private CheckpointProducts[] Checkpoints(GradientSpace space) =>
        [.. Enumerable.Range(0, 2)
            .Select(
                c => new CheckpointProducts(
                    c + 1, Times[c], Etas[c], new double[7], new Dictionary<string, SpaceProducts> { [space.Name] = Builder(c).Build(space, 1) }))];

    private SpaceBuilder Builder(int checkpoint)
    {
        var path = Path.Combine(_folder, "moments");
        using var moments = torch.tensor(Moments);
        SafetensorsFile.Write(path, [("exp_avg_sq.model.layers.0.self_attn.q_proj.lora_A.weight", moments)]);
        return new SpaceBuilder(Training(checkpoint), References(checkpoint), Blocks, CheckpointMoments.Read(path, 5), 0.1);
    }

    private static float[][] Training(int checkpoint) => Rows(7, checkpoint + 1);

    private static float[][] References(int checkpoint) => Rows(5, checkpoint + 11);

    private static float[][] Rows(int count, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, Width).Select(_ => (float)((i + 1) * random.NextGaussian())).ToArray())];
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
