using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class MeasuresTests
{
    private static readonly FidelitySettings Settings = new() { Resamples = 20 };
    private static readonly InfluenceMatrix Matrix = new(["a", "b", "c", "d", "e"], [], ["good", "good", "bad"], 0);

    [Fact]
    public void Leaving_out_ranks_scores_by_the_rise_of_the_loss()
    {
        // Of samples 0, 2, 3 and 4 the reference losses rise, summed: 3, −3, 0 and 6.
        double[][] whole = [[1, 1, 1]];
        double[][][] without = [[[2, 2, 2], [0, 0, 0], [1, 1, 1], [3, 3, 3]]];
        var figures = Measures.LeaveOneOut(
            [[Arm("right", 0.3, 99, -0.1, 0.1, 0.9), Arm("one pair wrong", 0.3, 99, 0.1, -0.1, 0.9)]], Matrix, [0, 2, 3, 4], whole, without, Settings);

        figures.Samples.ShouldBe(4);
        figures.Arms.Select(a => a.Mean.Value).ShouldBe([1, 0.8], 1e-12);
        figures.SeedAgreement.ShouldBe(double.NaN, "one seed agrees with nobody");
    }

    [Fact]
    public void The_balanced_rise_weighs_classes_alike()
    {
        // Without sample 0 the two good references lose 1 each and the bad one gains 1.5: up in the plain mean, down in the balanced one.
        double[][] whole = [[1, 1, 1]];
        double[][][] without = [[[2, 2, -0.5], [1, 1, 1]]];
        var figures = Measures.LeaveOneOut([[Arm("up", 1, 0, 0, 0, 0)]], Matrix, [0, 1], whole, without, Settings);
        figures.Arms[0].Mean.Value.ShouldBe(1, 1e-12);
        figures.Arms[0].Balanced.Value.ShouldBe(-1, 1e-12);
    }

    [Fact]
    public void Exact_scores_datamodel_additive_losses_perfectly_for_every_agent_and_together()
    {
        double[][] truth = [[1, 2, 4, 8, 16], [5, -3, 1, 0.5, 2], [0.1, 0.7, -0.2, 3, -1]];
        int[][] subsets = [[0, 1], [1, 2], [2, 3], [3, 4], [0, 4], [1, 3]];
        double[][] losses = [.. subsets.Select(s => truth.Select(t => -s.Sum(m => t[m])).ToArray())];
        var arm = new ArmScores(Arms.Default, "", truth, [.. Enumerable.Range(0, 5).Select(s => truth.Average(t => t[s]))]);
        var figures = Measures.Lds([[arm], [arm]], Matrix, subsets, [losses, losses], Settings);

        figures.Arms[0].PerReference.Value.ShouldBe(1, 1e-12);
        figures.Arms[0].AgainstDefault.ShouldBeNull();
        figures.Arms[0].Ensemble.Value.ShouldBe(1, 1e-12);
        figures.Arms[0].Group.Value.ShouldBe(1, 1e-12);
        figures.SeedAgreement.ShouldBe(1, 1e-12);
        figures.Ceiling.ShouldBe(1, 1e-12);
        figures.LossRange.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Flips_are_compared_with_the_default_arm_on_the_same_samples_and_seeds()
    {
        string[] answers = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? "bad" : "good")];
        bool[] flipped = [.. Enumerable.Range(0, 40).Select(i => i % 8 < 2)];
        double[] truth = [.. flipped.Select(f => f ? 0.0 : 1)], noise = [.. Enumerable.Range(0, 40).Select(i => (double)(i * 7 % 40))];
        FlipRanking Of(double[] scores) => new(scores, answers, flipped, 0.25);

        var arms = Measures.Flips([(Arms.Default, [Of(noise), Of(noise)]), ("right", [Of(truth), Of(truth)])], rows: 40, resamples: 200);

        arms.Select(a => a.Arm).ShouldBe([Arms.Default, "right"]);
        arms[0].All.AgainstDefault.ShouldBeNull();
        arms[0].All.Figure.Lower.ShouldBeLessThan(arms[0].All.Figure.Upper);
        (arms[1].All.Figure.Mean, arms[1].All.Figure.Lower, arms[1].All.Figure.Upper).ShouldBe((1, 1, 1), "the truth finds every flip in every resample");
        arms[1].WithinClass.Keys.ShouldBe(["bad", "good"]);
        arms[1].WithinClass["good"].Figure.Mean.ShouldBe(1);
        arms[1].Found.Figure.Mean.ShouldBe(1, "ten are looked at and ten are flipped");
        arms[1].All.AgainstDefault!.Value.ShouldBe(1 - arms[0].All.Figure.Mean, 1e-12);
        arms[1].All.AgainstDefault!.Lower.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(0.25, 3, 0.7071)]
    [InlineData(0.5, 1, 0.7071)]
    [InlineData(-0.1, 3, 0)]
    public void The_ceiling_is_the_root_of_the_reliability_of_the_mean_over_seeds(double agreement, int seeds, double expected) =>
        Measures.Ceiling(agreement, seeds).ShouldBe(expected, 1e-4);

    [Fact]
    public void A_sketch_that_is_exact_has_no_error_and_one_that_forgets_everything_has_all()
    {
        double[] norms = [1, 2, 2, 1, 1];
        double[] references = [1, 1, 1];
        float[] exact = [.. Enumerable.Range(0, 15).Select(i => (float)norms[i / 3] * (i % 2 == 0 ? 1 : -1))];
        CheckpointProducts[] checkpoints =
        [
            new(1, null, 1, new double[5], new Dictionary<string, SpaceProducts>
            {
                ["Exact"] = new(exact, norms, references),
                ["Sketch-64"] = new(exact, norms, references),
                ["Sketch-8"] = new(new float[15], norms, references),
            }),
        ];
        var arm = new InfluenceArm("", "", new GradientSpace(SpaceKind.Exact), Similarity.Dot, new DecayOptions());
        var figures = Measures.Sketch(arm, Matrix, checkpoints, [64, 8]);
        figures.Select(f => f.Error).ShouldBe([0, 1], 1e-12);
        figures[0].Scores.Spearman.ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Products_come_back_from_their_file_as_they_were()
    {
        CheckpointProducts[] written =
        [
            new(
                1, null, 0.5, [1, 2],
                new Dictionary<string, SpaceProducts> { ["Exact"] = new([1, 2, 3, 4, 5, 6], [7, 8], [9, 10, 11]), ["Adam"] = new([1, 2], [3, 4], [5]) }),
            new(2, 24_000.5, 0.25, [3, 4], new Dictionary<string, SpaceProducts>()),
        ];
        var read = ProductsFile.Read(ProductsFile.Write(written));
        read.Select(c => (c.Number, c.Time, c.Eta)).ShouldBe([(1, null, 0.5), (2, 24_000.5, 0.25)]);
        read[1].Losses.ShouldBe([3, 4]);
        read[0].Spaces["Exact"].Values.ShouldBe([1, 2, 3, 4, 5, 6]);
        read[0].Spaces["Exact"].ReferenceNorms.ShouldBe([9, 10, 11]);
        read[0].Spaces["Exact"].At(1, 2).ShouldBe(6);
        read[0].Spaces["Adam"].TrainingNorms.ShouldBe([3, 4]);
    }

    private static ArmScores Arm(string name, params double[] group) => new(name, "", [group, group, group], group);
}
