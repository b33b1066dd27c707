using Shouldly;
using Xunit;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.OfFidelity;

namespace ZiGong.UnitTests.Reports.OfFidelity;

public sealed class FidelityVerdictTests
{
    [Theory]
    [InlineData(0.1, 0.3, "summed over a subset foretell (")]
    [InlineData(-0.1, 0.3, "summed over a subset are not shown to foretell (")]
    [InlineData(-0.3, -0.1, "summed over a subset foretell the opposite of (")]
    public void What_scores_foretell_of_the_mean_is_said_as_far_as_the_interval_goes(double lower, double upper, string words)
    {
        var sentence = Sentences(Result(group: new Interval((lower + upper) / 2, lower, upper)))
            .Single(s => s.StartsWith("Scores against the mean reference", StringComparison.Ordinal));
        sentence.ShouldContain(words);
        sentence.ShouldEndWith("they are not shown to foretell (0.050 [-0.100, 0.200]) it.");
    }

    [Fact]
    public void Only_what_is_ahead_beyond_chance_is_called_ahead()
    {
        Sentences(Result(ahead: new Interval(0.02, -0.01, 0.05))).ShouldContain("No arm is ahead of tracseq beyond chance.");
        Sentences(Result(ahead: new Interval(0.02, 0.01, 0.03))).ShouldContain("Ahead of tracseq beyond chance: adam +0.020 [+0.010, +0.030].");
    }

    [Theory]
    [InlineData(199, true)]
    [InlineData(200, false)]
    public void Few_reference_samples_are_named(int references, bool named) =>
        Sentences(Result(references: references)).Any(s => s.StartsWith("Fewer than 200 reference samples", StringComparison.Ordinal)).ShouldBe(named);

    private static IReadOnlyList<string> Sentences(FidelityResult result) => FidelityVerdict.Of(result).Sentences;

    private static FidelityResult Result(Interval? group = null, Interval? ahead = null, int references = 300)
    {
        var some = new Interval(0.05, -0.1, 0.2);
        LdsArm Arm(string name, Interval? against = null, Interval? balanced = null) => new(name, some, against, some, some, balanced ?? some);
        var lds = new LdsFigures(
            0.01, 0.2, 0.1, 0.6,
            [Arm(Arms.Default, balanced: group), Arm("adam", ahead ?? some), Arm(Arms.Random, some), Arm(Arms.SameClass, some), Arm(Arms.Centred, some)]);
        return new FidelityResult(
            "simulated", 1000, references, 200, 4, true, new FidelitySettings(), new Dictionary<string, string>(), lds, LeaveOneOut: null, Flips: null,
            Sketch: null, Stability: null, 195, 0);
    }
}
