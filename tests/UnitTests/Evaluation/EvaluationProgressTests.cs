using Shouldly;
using Xunit;
using ZiGong.Evaluation;

namespace ZiGong.UnitTests.Evaluation;

public sealed class EvaluationProgressTests
{
    [Fact]
    public void Parts_follow_each_other_and_the_figures_are_not_done_before_they_are_made()
    {
        var told = new List<(double, double)>();
        var progress = new EvaluationProgress((done, total) => told.Add((done, total)), parts: 3);

        var samples = progress.NextOf(4);
        samples(1);
        samples(3);
        var fit = progress.Next();
        fit(0.25);
        fit(1);

        told.ShouldBe([(0.25, 3), (1, 3), (1.25, 3), (2, 3)]);
    }
}
