using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>How the influence scores lie, per class and per period.</summary>
public static class ScoresSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "scores",
        "Influence scores",
        "TracSeq score of every training sample: above 0, training on it lowers the loss on the reference samples; below 0, it raises it.",
        facts.Scored is { Samples.Count: > 0 } scored
            ? [new Figures(PerClass(facts, scored), PerPeriod(facts, scored)), Signs(scored)]
            : [new Paragraph("The run has no scores yet.")]);

    private static List<(string Name, Ink Ink, List<ScoredSample> Samples)> Classes(RunFacts facts, ScoredRun scored) =>
    [
        .. scored.Samples.GroupBy(s => facts.Descriptor.ClassOf(s.Sample)).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select((g, i) => (g.Key, g.Key == facts.Descriptor.Answer.Positive ? Ink.Bad : i < 2 ? Ink.Good : Inks.Series[i % Inks.Series.Count], g.ToList())),
    ];

    private static Figure PerClass(RunFacts facts, ScoredRun scored)
    {
        var classes = Classes(facts, scored);
        var (edges, shares) = Spread.Histogram([.. classes.Select(c => (IReadOnlyCollection<double>)[.. c.Samples.Select(s => s.Score)])]);
        return new Figure(
            "Scores by recorded answer",
            $"Share of each class's samples per bin of the score, over the middle 99 % of all scores. "
            + $"{string.Join(", ", classes.Select(c => $"{c.Name}: median {Format.Score(Median(c.Samples))}, {Format.Share(BelowZero(c.Samples))} below 0"))}.",
            Plots.Lines(
                new Scale("influence score"),
                new Scale("share of the class", 0, Format: "0 %"),
                [.. classes.Select(
                    (c, i) => new Line(c.Name, c.Ink, [.. shares[i].Append(shares[i][^1]).Select((share, b) => (edges[b], share))], Steps: true))]),
            DataTable.Of("Scores by recorded answer", Spread.Columns("Answer"), classes.Select(c => Spread.Row(c.Name, [.. c.Samples.Select(s => s.Score)]))));
    }

    private static double BelowZero(IReadOnlyCollection<ScoredSample> samples) => samples.Count(s => s.Score < 0) / (double)samples.Count;

    private static Figure PerPeriod(RunFacts facts, ScoredRun scored)
    {
        var classes = Classes(facts, scored);
        double[] Scores(List<ScoredSample> samples, int period) => [.. samples.Where(s => facts.PeriodOf[s.Sample.Id] == period).Select(s => s.Score)];
        return new Figure(
            "Scores by period and recorded answer",
            "Boxes from the lower to the upper quartile with the median as a line, whiskers from 5 to 95 %, oldest period on the left.",
            Plots.Boxes(
                new Scale("influence score"),
                [.. facts.Periods.Select(p => p.Name.Replace(" to ", "\n", StringComparison.Ordinal))],
                [.. classes.Select(c => (c.Name, c.Ink, (IReadOnlyList<Box?>)[.. facts.Periods.Select((_, p) => Spread.BoxOf(Scores(c.Samples, p)))]))]),
            DataTable.Of(
                "Scores by period and recorded answer",
                Spread.Columns("Period and answer"),
                facts.Periods.SelectMany((p, i) => classes.Select(c => Spread.Row($"{p.Name}, {c.Name}", Scores(c.Samples, i))))));
    }

    private static DataTable Signs(ScoredRun scored) => DataTable.Of(
        "Signs of the scores and top places by class",
        ["Answer", "Samples>", "Above 0>", "Below 0>", "Kept for their score>"],
        scored.Classes.Select(
            c => (IReadOnlyList<Cell>)[c.Answer, Format.Count(c.Samples), Format.Count(c.Positive), Format.Count(c.Negative), Format.Count(c.Top)]));

    private static double Median(List<ScoredSample> samples) => Spread.Quantile([.. samples.Select(s => s.Score).Order()], 0.5);
}
