using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>How the model treats the groups of the protected fields.</summary>
public static class FairnessSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "fairness",
        "Fairness",
        $"Favourable means predicted good, on the test side. Groups of fewer than {Fairness.SmallestGroup} samples are shown, but take no part in ratios "
        + "and gaps; "
        + $"a gap among the truly good or bad has an interval where every counted group has {FewRows.Smallest} of them.",
        facts.Result.Report is not { } report ? [new Paragraph("The model is not evaluated yet.")]
            : report.Fairness.Count == 0 ? [new Paragraph("The data set's descriptor names no protected field.")]
            : [Summary(report), new Figures([.. report.Fairness.Select(f => Plot(facts, f))])]);

    private static DataTable Summary(EvaluationReport report) => DataTable.Of(
        report.ScorecardFairness.Count == 0
            ? "Per protected field, over groups that are large enough"
            : "Per protected field, over groups that are large enough: the model on pruned data, and the scorecard on all of them",
        ["Field", "Parity ratio [95 %]>", "Parity difference>", "Equal opportunity gap>", "Average odds gap>", "Groups counted>"],
        report.Fairness.SelectMany(
            f => report.ScorecardFairness.Where(s => s.Field == f.Field).Select(s => Row($"{f.Field}, scorecard", s)).Prepend(Row($"{f.Field}, model", f))));

    private static IReadOnlyList<Cell> Row(string name, FairnessReport fairness) =>
    [
        name, Value(fairness.ParityRatio, fairness.Intervals?.ParityRatio), Value(fairness.ParityDifference, fairness.Intervals?.ParityDifference),
        Value(fairness.EqualOpportunity, fairness.Intervals?.EqualOpportunity), Value(fairness.AverageOdds, fairness.Intervals?.AverageOdds),
        $"{fairness.Groups.Count(g => g.Counted)} of {fairness.Groups.Count}",
    ];

    private static Figure Plot(RunFacts facts, FairnessReport fairness)
    {
        var label = facts.Descriptor.Fields.FirstOrDefault(f => f.Name == fairness.Field)?.Label ?? fairness.Field;
        var counted = fairness.Groups.Count(g => g.Counted);
        return new Figure(
            $"Favourable predictions by {label}",
            (counted < 2
                ? $"Fewer than two groups have {Fairness.SmallestGroup} samples: the differences below may be chance. "
                : Fairness.DecidesAlike(fairness)
                ? $"{Format.Share(Fairness.RefusedShare(fairness))} of all are predicted bad: "
                    + $"where either decision is under {Format.Share(Fairness.SmallestDecision)} in every group, shares say nothing of parity. "
                : $"Smallest over largest favourable share of the counted groups: {Value(fairness.ParityRatio)}. ")
            + string.Join(", ", fairness.Groups.Select(g => $"{g.Group} (n = {g.Count}): {Format.Share(g.Favourable)}")) + ".",
            Plots.Dots(
                new Scale("share predicted good", -0.02, 1.03, "0 %"),
                [.. fairness.Groups.Select(g => $"{g.Group} (n={g.Count})")],
                [
                    new Group("of all", Ink.Model, [.. fairness.Groups.Select(g => g.Favourable)]),
                    new Group("of truly good", Ink.Third, [.. fairness.Groups.Select(g => g.FavourableOfGood ?? double.NaN)]),
                    new Group("of truly bad", Ink.Baseline, [.. fairness.Groups.Select(g => g.FavourableOfBad ?? double.NaN)]),
                ]),
            DataTable.Of(
                $"Groups of {label}",
                ["Group", "Samples>", "Favourable>", "Of truly good>", "Of truly bad>", "Counted"],
                fairness.Groups.Select(g => (IReadOnlyList<Cell>)
                [
                    g.Group, Format.Count(g.Count), Format.Share(g.Favourable), Share(g.FavourableOfGood), Share(g.FavourableOfBad),
                    g.Counted ? "yes" : "too small",
                ])),
            110 + (42 * fairness.Groups.Count));
    }

    private static string Value(double? value, Interval? interval) => interval is null ? Value(value) : Format.Interval(interval);

    private static string Value(double? value) => value is { } known ? Format.Figure(known) : "not measured";

    private static string Share(double? value) => value is { } known ? Format.Share(known) : "none";
}
