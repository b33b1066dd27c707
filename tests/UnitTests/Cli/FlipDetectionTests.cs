using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Cli.Demo;
using ZiGong.Cli.Scores;
using ZiGong.Credit;
using ZiGong.Credit.Simulation;
using ZiGong.Reports.Scores;

namespace ZiGong.UnitTests.Cli;

public sealed class FlipDetectionTests
{
    [Fact]
    public void Scores_that_put_every_flip_first_reach_1()
    {
        var figures = FlipDetection.Measure(
        [
            new(-3, 2.0, "bad", true), new(-2, 1.5, "good", true), new(1, 0.1, "bad", false), new(2, 0.2, "good", false),
        ]);

        figures.Select(f => f.Group).ShouldBe(["all", "bad", "good"]);
        figures.ShouldAllBe(f => f.ByScore == 1 && f.ByLoss == 1);
        figures[0].Flips.ShouldBe(2);
    }

    [Fact]
    public void Telling_classes_apart_is_not_telling_flips_apart()
    {
        // All flips are in one class and the score only knows the class: perfect overall, chance within.
        var figures = FlipDetection.Measure(
        [
            new(-1, 1, "bad", true), new(-1, 1, "bad", true), new(1, 0, "good", false), new(1, 0, "good", false), new(-1, 1, "bad", false),
        ]);

        figures.Single(f => f.Group == "all").ByScore.ShouldBe((4 + 1.0) / 6, 1e-12);
        figures.Single(f => f.Group == "bad").ByScore.ShouldBe(0.5);
        figures.Single(f => f.Group == "good").ByScore.ShouldBe(double.NaN);
    }

    [Fact]
    public void Ties_count_half() => RankAuc.Of([1, 1, 2], [true, false, true]).ShouldBe(0.75);

    [Fact]
    public void The_area_agrees_with_counting_every_pair() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Value, bool Positive)[]>(),
        rows =>
        {
            double pairs = 0, wins = 0;
            foreach (var p in rows.Where(r => r.Positive))
            {
                foreach (var n in rows.Where(r => !r.Positive))
                {
                    pairs++;
                    wins += p.Value > n.Value ? 1 : p.Value == n.Value ? 0.5 : 0;
                }
            }

            var area = RankAuc.Of([.. rows.Select(r => (double)r.Value)], [.. rows.Select(r => r.Positive)]);
            return pairs == 0 ? double.IsNaN(area) : Math.Abs(area - (wins / pairs)) < 1e-9;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bads_in_the_top_are_counted_among_what_was_kept_for_its_score()
    {
        var share = TopShare.Of([Scored("bad", 3, "top"), Scored("good", 2, "top"), Scored("bad", 1, "random"), Scored("good", 0, null)], "bad");

        share.ShouldBe(new TopShare("bad", 2, 0.5, 0.5, 4, 0.5));
    }

    [Fact]
    public void Samples_of_an_earlier_simulation_are_left_out_of_the_flip_figures()
    {
        var run = new ScoredRun([Scored("bad", -1, null, "known"), Scored("good", 1, "top", "known too"), Scored("good", 5, null, "unknown")], [], []);
        var truth = new Dictionary<string, GroundTruthRow>
        {
            ["known"] = new(0.1, Defaulted: false, Flipped: true, "calm"),
            ["known too"] = new(0.1, Defaulted: false, Flipped: false, "calm"),
        };

        var findings = DemoFindings.Of(run, truth, "bad");

        findings.Flips[0].Samples.ShouldBe(2);
        findings.Flips[0].ByScore.ShouldBe(1);
        findings.Top.Training.ShouldBe(3);
    }

    [Fact]
    public void Extremes_are_ordered_and_ties_break_by_id()
    {
        var run = new ScoredRun([Scored("b", 1, null, id: "2"), Scored("b", 1, null, id: "1"), Scored("b", -4, null, id: "3")], [], []);

        run.Extremes(2, highest: true).Select(s => s.Sample.Id).ShouldBe(["1", "2"]);
        run.Extremes(1, highest: false).Single().Sample.Id.ShouldBe("3");
    }

    [Fact]
    public void Signs_and_places_in_the_top_are_counted_per_answer()
    {
        ScoredSample[] samples = [Scored("good", 2, "top"), Scored("bad", 3, "top"), Scored("good", 0, "random"), Scored("good", -1, null)];

        ClassScores.Of(samples).ShouldBe([new ClassScores("bad", 1, 1, 0, 1), new ClassScores("good", 3, 1, 1, 1)]);
    }

    private static ScoredSample Scored(string answer, double score, string? reason, string key = "key", string id = "id") => new(
        new Sample(id, "simulated", "task", "subject", key, new Dictionary<string, string>(), answer, null, null), score, [score], [1 - score], null, reason);
}
