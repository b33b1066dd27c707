using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class FewRowsTests
{
    [Theory]
    [InlineData(1, 500)]
    [InlineData(4, 500)]
    [InlineData(496, 500)]
    public void One_bad_has_no_interval_but_figures(int positives, int rows)
    {
        var few = Of(positives, rows);

        var report = Bootstrap.Evaluate(few, seed: 1, resamples: 100);
        var difference = Bootstrap.Compare(few, few, seed: 1, resamples: 100);

        report.Values.ToDictionary(v => v.Key, v => v.Value.Value).ShouldBe(few.Measure());
        report.Values.Values.ShouldAllBe(v => !v.HasEnds);
        difference.Values.Values.ShouldAllBe(d => d.Value == 0 && !d.HasEnds && double.IsNaN(d.Detectable));
        report.WithoutIntervals.ShouldBe(
            $"no intervals: {positives} of {rows} test samples are bad and {rows - positives} are not; "
            + "with fewer than 5 of either, drawing them again says nothing of others");
    }

    [Fact]
    public void Five_of_each_class_have_intervals()
    {
        var report = Bootstrap.Evaluate(Of(5, 10), seed: 1, resamples: 100);

        report.WithoutIntervals.ShouldBeNull();
        report.Values.Values.ShouldAllBe(v => v.HasEnds);
    }

    [Fact]
    public void Four_free_answers_have_figures_and_no_intervals()
    {
        GenerativeAnswer[] answers = [.. Enumerable.Range(0, 5).Select(i => new GenerativeAnswer($"{i}", "prompt", "yes it is", i == 0 ? "yes" : "yes it is"))];

        var few = GenerativeReport.Of(answers[..4], [], seed: 1, resamples: 50);

        few.ExactMatch.ShouldBe(Interval.Alone(0.75));
        few.WithoutIntervals!.ShouldStartWith("no intervals: with 4 answers");
        GenerativeReport.Of(answers, [], seed: 1, resamples: 50).ExactMatch.HasEnds.ShouldBeTrue();
    }

    [Fact]
    public void What_has_no_ends_is_null_in_a_file_and_comes_back()
    {
        var interval = Interval.Alone(0.25);
        var difference = Difference.Alone(-0.5);
        var arm = new ArmFigure(0.5, 0.4, 0.6, 0, [0.5]).Alone();

        JsonSerializer.Serialize(interval).ShouldBe("""{"Value":0.25,"Lower":null,"Upper":null}""");
        JsonSerializer.Serialize(difference).ShouldBe("""{"Value":-0.5,"Lower":null,"Upper":null,"Detectable":null}""");
        JsonSerializer.Deserialize<Interval>(JsonSerializer.Serialize(interval)).ShouldBe(interval);
        JsonSerializer.Deserialize<Difference>(JsonSerializer.Serialize(difference)).ShouldBe(difference);
        JsonSerializer.Deserialize<ArmFigure>(JsonSerializer.Serialize(arm))!.HasEnds.ShouldBeFalse();
        JsonSerializer.Deserialize<Interval>("""{"Value":0.25,"Lower":0.2,"Upper":0.3}""").ShouldBe(new Interval(0.25, 0.2, 0.3));
    }

    private static Predictions Of(int positives, int rows) => Predictions.Of(
        [.. Enumerable.Range(0, rows).Select(i => (i * 7 % 100) / 100.0)], [.. Enumerable.Range(0, rows).Select(i => i < positives)]);
}
