using System.Globalization;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Terminal;
using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments;

/// <summary>An experiment's result on the screen.</summary>
public static class ExperimentView
{
    public static void Print(ExperimentResult result, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(result);
            return;
        }

        var design = result.Design;
        screen.Line($"experiment {ExperimentStore.Short(result.Id)}: {result.Name} on {result.Dataset}");
        screen.Line(result.Question);
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.ArmsDone} of {result.ArmsPlanned} runs done; {design.Training:#,0} training, {design.Reference:#,0} reference, "
            + $"{design.Test:#,0} test samples{Bad(design)}; seeds {string.Join(", ", design.Seeds)}; {design.Steps:#,0} steps an arm"));
        var binary = design.Binary is { } name ? $"; figures of {name}" : "";
        screen.Heading($"Arms (mean over seeds ± their standard deviation{binary})");
        screen.Print(Format.Table(
            ["Arm", "What it is", "KS>", "AUC>", "Acc>", "F1>", "Brier>", "ECE>", "Miss>", "Kept>", "Classes", "Age>", "Overlap>", "Seconds>"],
            result.Arms.Select(ArmRow)));
        if (result.Comparisons.Count > 0)
        {
            screen.Heading(
                $"Differences, arm minus reference [95 %], n = {design.Test:#,0}; in brackets behind KS and AUC what could have been detected{binary}");
            screen.Print(Format.Table(
                ["Arm", "Against", "ΔKS>", "ΔAUC>", "ΔAcc>", "ΔF1>", "ΔBrier>", "ΔECE>", "Overlap>"],
                result.Comparisons.Select(ComparisonRow)));
        }

        if (result.Fairness.Count > 0)
        {
            screen.Heading("Fairness (favourable: predicted good)");
            screen.Print(Format.Table(
                ["Field", "Arm", "Groups: n, favourable", .. Reading.FairnessFigures.SelectMany(f => new[] { $"{f.Name}>", "Δ>" })],
                result.Fairness.Select(FairnessRow)));
        }

        foreach (var note in result.Notes)
        {
            screen.Line($"Note: {note}");
        }
    }

    public static void Print(IReadOnlyList<ExperimentSummary> experiments, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(experiments);
        }
        else if (experiments.Count == 0)
        {
            screen.Line("No experiments yet. Start one with: zigong experiment baseline --dataset DESCRIPTOR FILE");
        }
        else
        {
            screen.Print(Format.Table(
                ["Experiment", "Name", "Data set", "Created (UTC)", "State", "Arms>", "Seeds>", "Folds>", "Runs done>"],
                experiments.Select(e => (string[])
                [
                    ExperimentStore.Short(e.Id), e.Name, e.Dataset, Format.Time(e.CreatedAt), $"{e.State}", $"{e.Arms.Count}", $"{e.Seeds.Count}",
                    e.Folds > 0 ? $"{e.Folds}" : "", $"{e.Done} of {e.Planned}",
                ])));
        }
    }

    public static void PrintCancelled(string id, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(new { Id = id, State = ExperimentState.Cancelled });
        }
        else
        {
            screen.Line($"Experiment {ExperimentStore.Short(id)} is cancelled. Ask for it again to go on with it.");
        }
    }

    /// <param name="experiment">What the order had become; null where it was not planned.</param>
    public static void PrintCancelled(Guid order, string? experiment, Screen screen)
    {
        if (experiment is not null)
        {
            PrintCancelled(experiment, screen);
        }
        else if (screen.Json)
        {
            screen.Data(new { OrderId = order, State = ExperimentOrderState.Cancelled });
        }
        else
        {
            screen.Line($"The order {order} is cancelled before it became an experiment.");
        }
    }

    private static string Bad(ExperimentDesign design) => design.TestPositives is { } bad ? $" ({Format.Count(bad)} bad)" : "";

    private static IEnumerable<string> ArmRow(ArmResult arm) =>
    [
        arm.Arm, arm.Title,
        .. ArmMeasures.Shown.Select(m => arm.Metrics.TryGetValue(m, out var figure) ? Spread(figure) : ""),
        arm.Kept is { } kept ? Format.Count(kept) : "",
        string.Join(", ", arm.ClassShares.Select(c => $"{c.Key} {Format.Share(c.Value)}")),
        arm.MeanAge is { } age ? age.ToString("0.0", CultureInfo.InvariantCulture) : "",
        arm.Overlap is { } overlap ? Format.Figure(overlap) : "",
        Format.Count(arm.Seconds),
    ];

    private static IEnumerable<string> ComparisonRow(ArmComparison comparison) =>
    [
        comparison.Arm, comparison.Reference,
        Detectable(comparison, Metric.Ks), Detectable(comparison, Metric.Auc),
        .. new[] { Metric.Acc, Metric.F1, Metric.Brier, Metric.Ece }.Select(m => comparison.Differences.TryGetValue(m, out var d) ? Format.Change(d) : ""),
        Format.Figure(comparison.Overlap),
    ];

    private static IEnumerable<string> FairnessRow(ArmFairness fairness) =>
    [
        fairness.Field, fairness.Arm,
        string.Join("; ", fairness.Groups.Select(g => $"{g.Group} {Format.Count(g.Count)}, {Format.Share(g.Favourable)}{(g.Counted ? "" : " (small)")}")),
        .. Reading.FairnessFigures.SelectMany(
            f => new[] { Figure(fairness, f.Figure), fairness.Differences.TryGetValue(f.Figure, out var change) ? Format.Change(change) : "" }),
    ];

    private static string Figure(ArmFairness fairness, FairnessFigure which) => fairness.Figures.TryGetValue(which, out var f)
        ? Format.Interval(f)
        : "";

    private static string Spread(ArmFigure figure) =>
        figure.PerSeed.Count > 1 ? $"{Format.Figure(figure.Mean)} ± {Format.Figure(figure.Spread)}" : Format.Figure(figure.Mean);

    private static string Detectable(ArmComparison comparison, Metric metric) =>
        comparison.Differences.TryGetValue(metric, out var d) ? $"{Format.Change(d)} ({Format.Figure(d.Detectable)})" : "";
}
