using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>How the arms treat the groups of protected fields.</summary>
public static class ArmFairnessSection
{
    public static ReportSection Of(ExperimentResult result) => new(
        "fairness",
        "Fairness",
        "Favourable means predicted good. A parity ratio of 1 is equal treatment; "
        + $"groups of fewer than {Fairness.SmallestGroup} samples are shown, but take no part in ratios and gaps; "
        + $"a gap among the truly good or bad has an interval where every counted group has {FewRows.Smallest} of them.",
        result.Fairness.Count == 0
            ? [new Paragraph("This experiment measures no fairness: it asks another question, or the descriptor names no protected field.")]
            : [.. result.Fairness.GroupBy(f => f.Field, StringComparer.Ordinal).SelectMany(Field)]);

    private static IEnumerable<ReportBlock> Field(IGrouping<string, ArmFairness> field)
    {
        var known = field.Where(f => f.Figures.ContainsKey(FairnessFigure.ParityRatio)).ToList();
        var table = DataTable.Of(
            $"{field.Key}: figures of every arm, and the difference to its reference",
            ["Arm", "Reference", .. Reading.FairnessFigures.SelectMany(f => new[] { $"{f.Name}>", "Difference>" }), "Groups"],
            field.Select(f => (IReadOnlyList<Cell>)
            [
                f.Arm, f.Arm == f.Reference ? "none" : f.Reference,
                .. Reading.FairnessFigures.SelectMany(s => new Cell[] { Figure(f, s.Figure), Difference(f, s.Figure) }),
                string.Join(
                    "; ",
                    f.Groups.Select(g => $"{g.Group} n = {Format.Count(g.Count)}, favourable {Format.Share(g.Favourable)}{(g.Counted ? "" : " (too small)")}")),
            ]));
        if (known.Count == 0)
        {
            return [table];
        }

        return
        [
            new Figures(new Figure(
                $"Parity ratio by {field.Key}",
                $"Smallest over largest favourable share, with 95 % intervals: "
                + $"{string.Join(", ", known.Select(f => $"{f.Arm} {Figure(f, FairnessFigure.ParityRatio)}"))}. "
                + "The dashed line stands at 0.8, the four-fifths rule.",
                Plots.Forest(
                    new Scale("parity ratio"),
                    [(
                        "parity ratio", Ink.Model,
                        [.. known.Select(f => f.Figures[FairnessFigure.ParityRatio]).Select((x, i) => new Estimate(known[i].Arm, x.Mean, x.Lower, x.Upper))])],
                    0.8),
                table,
                100 + (32 * known.Count))),
        ];
    }

    private static string Figure(ArmFairness fairness, FairnessFigure which) =>
        fairness.Figures.TryGetValue(which, out var f) ? Format.Interval(f) : "not measured";

    private static string Difference(ArmFairness fairness, FairnessFigure which) =>
        fairness.Differences.TryGetValue(which, out var d) ? Reading.Interval(d) : fairness.Arm == fairness.Reference ? "" : "not measured";
}
