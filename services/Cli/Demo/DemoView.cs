using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Demo;

/// <summary>The demo's tables.</summary>
internal static class DemoView
{
    public static void Print(RunResult result, DemoFindings findings, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(new { findings.Flips, findings.Top, Run = RunResultView.Json(result) });
            return;
        }

        if (result.Report is { } report)
        {
            screen.Heading($"Model against the simplest alternatives: {Format.Count(report.Model.N)} test samples, {Format.Count(report.Model.Positives)} bad");
            RunResultView.PrintMetrics(report, screen);
        }

        screen.Heading("Do the lowest scores find the flipped labels? (ROC AUC; 0.5 is chance)");
        screen.Print(Format.Table(
            ["Among", "Samples>", "Flipped>", "Lowest score first>", "Highest loss first>"],
            findings.Flips.Select(
                f => (string[])[f.Group, Format.Count(f.Samples), Format.Count(f.Flips), Format.Figure(f.ByScore), Format.Figure(f.ByLoss)])));
        var top = findings.Top;
        screen.Line(
            $"'{top.Positive}' among the {Format.Count(top.Top)} samples kept for their score: {Format.Share(top.InTop)} "
            + $"(by score alone, without quotas: {Format.Share(top.ByScoreAlone)}); "
            + $"among all {Format.Count(top.Training)} training samples: {Format.Share(top.InTraining)}");
        if (result.Report is { } gated)
        {
            RunResultView.PrintGates(gated, screen);
        }

        RunResultView.PrintOutcome(result, screen);
        screen.Line($"More: zigong show {RunFinder.Short(result.View.Run.RunId)}, zigong scores latest --bottom 5, zigong events latest");
    }
}
