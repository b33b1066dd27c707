using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.TracSeqScoring;

namespace ZiGong.UnitTests.Influence;

public sealed class AdamPreconditionerTests
{
    [Fact]
    public void Three_entries_worked_by_hand()
    {
        var result = new float[3];

        // β₂ .9, two steps: 1 − .81 = .19; v̂ = .76/.19 = 4 → √ = 2; ε = 1
        AdamPreconditioner.Apply([6, -3, 2], [0.76f, 0.76f, 0], step: 2, result, beta2: 0.9, epsilon: 1);

        result.ShouldBe([2, -1, 2], 1e-5);
    }

    [Fact]
    public void After_the_first_step_every_entry_is_its_sign()
    {
        float[] gradient = [0.5f, -0.02f, 7];
        float[] moments = [.. gradient.Select(g => (float)(0.001 * g * g))]; // v₁ = (1 − β₂) g²

        AdamPreconditioner.Apply(gradient, moments, 1, gradient);

        gradient.ShouldBe([1, -1, 1], 1e-4);
    }

    [Fact]
    public void Without_second_moments_it_is_refused()
    {
        Should.Throw<InputException>(() => AdamPreconditioner.Apply([1], [], 5, new float[1])).Message.ShouldContain("Optimizer = Sgd");
        Should.Throw<InputException>(() => AdamPreconditioner.Apply([1], [1], 0, new float[1]));
    }

    [Fact]
    public void Sizes_must_match() => Should.Throw<ArgumentException>(() => AdamPreconditioner.Apply([1, 2], [1], 1, new float[2]));
}
