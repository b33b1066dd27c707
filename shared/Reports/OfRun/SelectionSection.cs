using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>What the selection did to the shares of classes, periods and protected groups.</summary>
public static class SelectionSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "selection",
        "What the selection did",
        "Shares among all training samples, among those kept, and among those kept for their score alone.",
        facts.Scored is { } scored && scored.Samples.Any(s => s.Reason is not null)
            ? [Counts(scored), .. Recall(facts), .. Shares(facts, scored), .. BaseRates(facts)]
            : [new Paragraph("Nothing is selected yet.")]);

    private static DataTable Counts(ScoredRun scored) => DataTable.Of(
        "Why samples were kept",
        ["Reason", "Samples>", "Share of the training side>"],
        scored.Samples.GroupBy(s => s.Reason ?? "not kept").OrderBy(g => g.Key == "not kept").ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (IReadOnlyList<Cell>)[g.Key, Format.Count(g.Count()), Format.Share(g.Count() / (double)scored.Samples.Count)]));

    private static IEnumerable<ReportBlock> Recall(RunFacts facts)
    {
        if (facts.Result.Report is { Classes.Count: > 0 } report)
        {
            yield return DataTable.Of(
                report.AllAnswers is null
                    ? "What pruning did to the classes: share of each class's test samples on the right side of P = 0.5; the scorecard saw all training samples"
                    : "What pruning did to the answers: share of each answer's test samples that are given it; "
                        + "the scorecard, of all training samples, tells the bad from the rest",
                ["Answer", "Training>", "Kept>", "Test>", "Model, pruned data>", "Scorecard, all data>"],
                report.Classes.Select(c => (IReadOnlyList<Cell>)
                [
                    c.Answer, Format.Count(c.Training), Format.Count(c.Kept), Format.Count(c.Test), Known(c.Recall), Known(c.ScorecardRecall),
                ]));
        }
    }

    private static IEnumerable<ReportBlock> BaseRates(RunFacts facts)
    {
        var parts = facts.Result.Report?.Selection.Where(s => s.By != "class").ToList() ?? [];
        if (parts.Count > 0)
        {
            yield return DataTable.Of(
                "Share of bad samples in each part, before and after the selection",
                ["Part", "Of all>", "Of the kept>", "Samples>", "Kept>"],
                parts.Select(s => (IReadOnlyList<Cell>)
                [
                    $"{s.By}: {s.Value}", s.BaseRate is { } all ? Format.Share(all) : "none", s.KeptBaseRate is { } kept ? Format.Share(kept) : "none",
                    Format.Count(s.Training), Format.Count(s.Kept),
                ]));
        }
    }

    private static string Known(Credit.Metrics.Interval? interval) => interval is null ? "not measured" : Format.Interval(interval);

    private static IEnumerable<ReportBlock> Shares(RunFacts facts, ScoredRun scored)
    {
        List<Figure> figures = facts.Scored!.Classes.Count < 2 ? [] : [Figure("class", "Classes", scored, s => facts.Descriptor.ClassOf(s.Sample), [])];
        if (facts.Periods.Count > 1)
        {
            figures.Add(Figure("period", "Periods", scored, s => facts.Periods[facts.PeriodOf[s.Sample.Id]].Name, [.. facts.Periods.Select(p => p.Name)]));
        }

        figures.AddRange(facts.Descriptor.Fields.Where(f => f.Protected)
            .Select(
                f =>
                    Figure(
                        f.Label, $"Protected field: {f.Label}", scored, s => s.Sample.Fields.TryGetValue(f.Name, out var value) ? f.GroupOf(value) : "missing",
                        [])));
        return figures.Count == 0 ? [] : [new Figures(figures)];
    }

    private static Figure Figure(string what, string title, ScoredRun scored, Func<ScoredSample, string> groupOf, IReadOnlyList<string> order)
    {
        var groups = scored.Samples.GroupBy(groupOf).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        IReadOnlyList<string> names = order.Count > 0 ? [.. order.Where(groups.ContainsKey)] : [.. groups.Keys.Order(StringComparer.Ordinal)];
        var (all, kept, top) = (scored.Samples.Count, scored.Samples.Count(IsKept), scored.Samples.Count(IsTop));
        double[] Values(Func<ScoredSample, bool> of, int total) => [.. names.Select(n => total == 0 ? double.NaN : groups[n].Count(of) / (double)total)];
        var (ofAll, ofKept, ofTop) = (Values(_ => true, all), Values(IsKept, kept), Values(IsTop, top));
        var largest = Enumerable.Range(0, names.Count).MaxBy(i => Math.Abs(ofKept[i] - ofAll[i]));
        return new Figure(
            title,
            $"Shares by {what} before and after the selection. They changed most for '{names[largest]}': {Format.Share(ofAll[largest])} of all samples, "
            + $"{Format.Share(ofKept[largest])} of the kept, "
            + $"{Format.Share(ofTop[largest])} of those kept for their score.",
            Plots.Dots(
                new Scale("share", 0, Format: "0 %"),
                names,
                [new Group("all", Ink.Fifth, ofAll), new Group("kept", Ink.Model, ofKept), new Group("kept for score", Ink.Baseline, ofTop)]),
            DataTable.Of(
                $"{title} before and after the selection",
                [Reading.Capital(what), "All>", "Kept>", "Share of all>", "Share of kept>", "Share of top>"],
                names.Select((n, i) => (IReadOnlyList<Cell>)
                [
                    n, Format.Count(groups[n].Count), Format.Count(groups[n].Count(IsKept)), Format.Share(ofAll[i]), Format.Share(ofKept[i]),
                    Format.Share(ofTop[i]),
                ])),
            110 + (38 * names.Count));
    }

    private static bool IsKept(ScoredSample sample) => sample.Reason is not null;

    private static bool IsTop(ScoredSample sample) => sample.Reason == "top";
}
