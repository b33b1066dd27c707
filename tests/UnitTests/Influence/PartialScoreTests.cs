using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence;

public sealed class PartialScoreTests
{
    [Fact]
    public void The_inner_product_is_weighed_by_the_learning_rate() =>
        PartialScore.Of("z", [3, 4], [2, -1], eta: 0.5, Similarity.Dot).ShouldBe(1);

    [Fact]
    public void Cosine_divides_by_the_training_gradient_alone() =>
        PartialScore.Of("z", [3, 4], [2, 1], eta: 0.5, Similarity.Cosine).ShouldBe(0.5 * 10 / 5, 1e-12);

    [Fact]
    public void A_gradient_of_zero_scores_zero() => PartialScore.Of("z", [0, 0], [2, 1], 0.5, Similarity.Cosine).ShouldBe(0);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_score_that_is_not_finite_names_its_sample(float bad) =>
        Should.Throw<NotFiniteNumberException>(() => PartialScore.Of("sample-3", [1, bad], [1, 1], 1, Similarity.Dot)).Message.ShouldContain("sample-3");

    [Fact]
    public void Gradients_of_different_sizes_do_not_match() =>
        Should.Throw<ArgumentException>(() => PartialScore.Of("z", [1, 2], [1], 1, Similarity.Dot)).Message.ShouldContain("2 numbers, the vector 1");

    [Fact]
    public void Long_gradients_sum_as_in_double_precision() =>
        Prop.ForAll(Gen.Choose(0, 3000).ToArbitrary(), length =>
        {
            var random = new SeededRandom((ulong)length);
            float[] a = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
            float[] b = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
            var exact = a.Zip(b, (x, y) => (decimal)(double)x * (decimal)(double)y).Sum();
            PartialScore.Of("z", a, b, 1, Similarity.Dot).ShouldBe((double)exact, 1e-10);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Small_terms_beside_large_ones_are_not_lost() =>
        PartialScore.Of("z", [1e8f, 1, -1e8f, 1], [1, 1, 1, 1], 1, Similarity.Dot).ShouldBe(2);
}
