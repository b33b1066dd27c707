using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence;

public sealed class ReferenceVectorTests
{
    [Fact]
    public void Gradients_are_normalised_then_averaged_per_class_then_over_classes()
    {
        var reference = Filled(ReferenceKind.Normalised);

        // good: (1,0) and (0,1) → (.5,.5); bad: (−.6,.8); mean of the two
        reference.Build().ShouldBe([-0.05f, 0.65f], 1e-6);
        reference.Counts.ShouldBe([2, 1]);
    }

    [Fact]
    public void The_plain_mean_weighs_every_gradient_by_its_length() =>
        Filled(ReferenceKind.Mean).Build().ShouldBe([(2f - 3f) / 3, (5f + 4f) / 3], 1e-6);

    [Fact]
    public void A_longer_gradient_changes_the_mean_but_not_the_normalised_vector()
    {
        float[] Built(ReferenceKind kind, float length)
        {
            var reference = new ReferenceVector("task", ["good", "bad"], 2, kind);
            reference.Add("1", "good", [length, 0]);
            reference.Add("2", "bad", [0, 1]);
            return reference.Build();
        }

        Built(ReferenceKind.Normalised, 100).ShouldBe(Built(ReferenceKind.Normalised, 1));
        Built(ReferenceKind.Mean, 100).ShouldNotBe(Built(ReferenceKind.Mean, 1));
    }

    [Theory]
    [InlineData(ReferenceKind.Normalised)]
    [InlineData(ReferenceKind.Mean)]
    public void A_class_without_samples_is_refused_and_named(ReferenceKind kind)
    {
        var reference = new ReferenceVector("credit-scoring", ["good", "bad"], 2, kind);
        reference.Add("1", "good", [1, 0]);

        var error = Should.Throw<InputException>(() => reference.Build());
        error.Message.ShouldContain("no sample with answer bad (good: 1, bad: 0)");
        error.Message.ShouldContain("widen the reference window");
    }

    [Fact]
    public void A_gradient_of_zero_counts_without_a_direction()
    {
        var reference = Filled(ReferenceKind.Normalised);
        reference.Add("z", "bad", [0, 0]);

        reference.Build().ShouldBe([0.25f - 0.15f, 0.25f + 0.2f], 1e-6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_names_its_sample(float bad) =>
        Should.Throw<NotFiniteNumberException>(() => Filled(ReferenceKind.Normalised).Add("sample-9", "bad", [1, bad])).Message.ShouldContain("sample-9");

    [Fact]
    public void Unknown_answers_and_other_sizes_are_refused()
    {
        var reference = Filled(ReferenceKind.Normalised);

        Should.Throw<ArgumentException>(() => reference.Add("7", "maybe", [1, 2])).Message.ShouldContain("\"maybe\" is not one of good, bad");
        Should.Throw<ArgumentException>(() => reference.Add("7", "bad", [1, 2, 3])).Message.ShouldContain("3 entries, expected 2");
    }

    private static ReferenceVector Filled(ReferenceKind kind)
    {
        var reference = new ReferenceVector("credit-scoring", ["good", "bad"], 2, kind);
        reference.Add("1", "good", [2, 0]);
        reference.Add("2", "good", [0, 5]);
        reference.Add("3", "bad", [-3, 4]);
        return reference;
    }
}
