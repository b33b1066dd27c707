using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>Every seed by itself: whether arms differ by more than another seed would make of the same arm.</summary>
public static class SeedsSection
{
    public static ReportSection Of(ExperimentResult result)
    {
        var measured = result.Arms.Where(a => a.Metrics.ContainsKey(Metric.Ks)).ToList();
        return new ReportSection(
            "seeds",
            "Single seeds",
            "Where the points of one arm lie wider apart than two arms do, a difference of those two arms is mostly that of seeds.",
            measured.Count == 0
                ? [new Paragraph("No seed has been finished by every arm yet.")]
                : [new Figures(new[] { Metric.Ks, Metric.Auc }.Select(m => Plot(result, measured, m)).ToArray())]);
    }

    private static Figure Plot(ExperimentResult result, List<ArmResult> arms, Metric metric)
    {
        var seeds = result.Design.SeedsMeasured;
        var name = Runs.MetricsTable.Name(metric);
        var widest = arms.MaxBy(a => a.Metrics[metric].Spread)!;
        return new Figure(
            $"{name} of every seed",
            $"One point per arm and seed. The seeds of {widest.Arm} lie widest apart, "
            + $"with a standard deviation of {Format.Figure(widest.Metrics[metric].Spread)}.",
            Plots.Dots(
                new Scale(name),
                [.. arms.Select(a => a.Arm)],
                [.. seeds.Select(
                    (seed, s) => new Group(
                        $"seed {seed}", Inks.Series[s % Inks.Series.Count],
                        [.. arms.Select(a => s < a.Metrics[metric].PerSeed.Count ? a.Metrics[metric].PerSeed[s] : double.NaN)]))]),
            DataTable.Of(
                $"{name} of every seed",
                ["Arm", .. seeds.Select(s => $"Seed {s}>"), "Mean>", "Standard deviation>"],
                arms.Select(a => (IReadOnlyList<Cell>)
                [
                    a.Arm, .. seeds.Select((_, s) => new Cell(s < a.Metrics[metric].PerSeed.Count ? Format.Figure(a.Metrics[metric].PerSeed[s]) : "none")),
                    Format.Figure(a.Metrics[metric].Mean), Format.Figure(a.Metrics[metric].Spread),
                ])),
            110 + (32 * arms.Count));
    }
}
