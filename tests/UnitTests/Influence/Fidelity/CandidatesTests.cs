using Shouldly;
using Xunit;
using ZiGong.Influence.Fidelity;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class CandidatesTests
{
    private static readonly string[] Answers = ["good", "good", "bad", "bad"];

    [Fact]
    public void Centring_takes_off_the_mean_of_the_class_in_every_column()
    {
        var centred = Candidates.Centred(new ArmScores("arm", "", [[1, 3, 10, 20], [0, 0, 0, 4]], [2, 4, 6, 6]), Answers);
        centred.Pairs[0].ShouldBe([-1, 1, -5, 5]);
        centred.Pairs[1].ShouldBe([0, 0, -2, 2]);
        centred.Group.ShouldBe([-1, 1, 0, 0]);
        centred.Name.ShouldBe("arm centred");
    }

    [Fact]
    public void Score_and_loss_count_alike_whatever_their_scales()
    {
        var loss = new ArmScores("-loss", "", [[-1, -3, -1, -3]], [-1, -3, -1, -3]);
        var combined = Candidates.WithLoss(new ArmScores("arm", "", [[500, 500, 100, 100]], [0, 0, 0, 0]), loss);
        combined.Pairs[0].ShouldBe([2, 0, 0, -2], 1e-12);
        combined.Group.ShouldBe([1, -1, 1, -1], 1e-12);
    }
}
