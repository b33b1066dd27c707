using System.Globalization;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>What an evaluation found beside the metrics, in few lines; everything is in the JSON.</summary>
public static class EvaluationView
{
    private const int FieldsShown = 5;
    private const int GroupsShown = 4;

    /// <summary>Prints each part that the report has; older reports have fewer. Limits are those of the run.</summary>
    public static void Print(EvaluationReport report, EvaluationOptions options, Screen screen)
    {
        PrintClasses(report, screen);
        PrintShares(report, screen);
        PrintCalibration(report, screen);
        PrintFairness(report, screen);
        PrintDrift(report, options, screen);
    }

    private static void PrintClasses(EvaluationReport report, Screen screen)
    {
        if (report.Classes.Count == 0)
        {
            return;
        }

        screen.Heading(report.AllAnswers is null
            ? "What pruning did to the classes (recall at P 0.5; the scorecard saw all training samples)"
            : "What pruning did to the answers (recall: share that is given this one; the scorecard, of all training samples, tells the bad from the rest)");
        screen.Print(Format.Table(
            ["Answer", "Training>", "Kept>", "Top>", "Model recall>", "Scorecard>"],
            report.Classes.Select(c => (string[])
            [
                c.Answer, Format.Count(c.Training), Part(c.Kept, c.Training), Part(c.Top, c.Training), Of(c.Recall), Of(c.ScorecardRecall),
            ])));
    }

    private static void PrintShares(EvaluationReport report, Screen screen)
    {
        var parts = report.Selection.Where(s => s.By != "class").ToList();
        if (parts.Count == 0)
        {
            return;
        }

        screen.Heading("What the selection kept (bad: share of bads, before and after)");
        screen.Print(Format.Table(
            ["By", "", "Training>", "Kept>", "Top>", "Bad, all>", "Bad, kept>"],
            parts.GroupBy(s => s.By, StringComparer.Ordinal).SelectMany(by => Shortened([.. by]).Select(s => (string[])
            [
                s.By, s.Value, Format.Count(s.Training), Part(s.Kept, s.Training), Part(s.Top, s.Training), Share(s.BaseRate), Share(s.KeptBaseRate),
            ]))));
    }

    private static void PrintCalibration(EvaluationReport report, Screen screen)
    {
        if (report.Curves is not { } curves)
        {
            return;
        }

        screen.Heading($"Calibration of the model (predicted and observed share of bads{(report.Model.Binary is { } binary ? $": {binary}" : "")})");
        screen.Print(Format.Table(
            ["n>", "Predicted>", "Observed [95 %]>"],
            curves.Calibration.Select(
                c => (string[])[Format.Count(c.Count), Format.Figure(c.Predicted), Format.Interval(new Interval(c.Observed, c.Lower, c.Upper))])));
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"KS lies at P {curves.KsPoint.Threshold:0.000}: {curves.KsPoint.TruePositiveRate:0.0 %} of the bads and {curves.KsPoint.FalsePositiveRate:0.0 %} "
            + $"of the goods are above it."));
    }

    private static void PrintFairness(EvaluationReport report, Screen screen)
    {
        if (report.Fairness.Count == 0)
        {
            return;
        }

        screen.Heading($"Fairness (favourable: P under 0.5; groups under {Fairness.SmallestGroup} take no part)");
        var compared = report.Fairness.Where(f => f.ParityRatio is not null).ToList();
        if (compared.Count > 0)
        {
            screen.Print(Format.Table(
                ["Field", "Of", "Parity ratio [95 %]>", "Equal opp.>", "Avg. odds>"],
                compared.SelectMany(
                    f => report.ScorecardFairness.Where(s => s.Field == f.Field).Select(s => Figures(s, "scorecard")).Prepend(Figures(f, "model")))));
        }

        foreach (var field in report.Fairness)
        {
            var groups = field.Groups.OrderByDescending(g => g.Count).ToList();
            var shown = string.Join(", ", groups.Take(GroupsShown).Select(Words));
            var others = groups.Count > GroupsShown ? $", {groups.Count - GroupsShown} smaller" : "";
            screen.Line($"  {field.Field}{(field.ParityRatio is null ? " (too few to compare)" : "")}: {shown}{others}");
        }
    }

    private static void PrintDrift(EvaluationReport report, EvaluationOptions options, Screen screen)
    {
        var fields = report.Drift.OrderByDescending(d => d.Psi).ToList();
        if (fields.Count == 0 || report.ScoreDrift.Count == 0)
        {
            return;
        }

        screen.Heading("Drift (PSI; chance: what unchanged data stay below)");
        screen.Print(Format.Table(
            ["Of", "PSI>", "Chance>", ""],
            report.ScoreDrift.Select(d => (Drift: d with { Field = $"score of the {d.Field}" }, Limit: options.MaximumScorePsi))
                .Concat(fields.Take(FieldsShown).Select(d => (Drift: d, Limit: options.MaximumPsi)))
                .Select(d => (string[])
                [
                    d.Drift.Field, Format.Figure(d.Drift.Psi), d.Drift.NoiseLimit is { } chance ? Format.Figure(chance) : "",
                    d.Drift.Exceeds(d.Limit) ? "alarm" : "",
                ])));
        if (fields.Count > FieldsShown)
        {
            screen.Line($"  {fields.Count - FieldsShown} more fields have a PSI of {Format.Figure(fields[FieldsShown].Psi)} or less.");
        }
    }

    private static string[] Figures(FairnessReport report, string of) =>
    [
        of == "model" ? report.Field : "", of,
        report.Intervals?.ParityRatio is { } ratio ? Format.Interval(ratio) : report.ParityRatio is { } alone ? Format.Figure(alone) : "",
        report.EqualOpportunity is { } opportunity ? Format.Figure(opportunity) : "",
        report.AverageOdds is { } odds ? Format.Figure(odds) : "",
    ];

    private static string Words(GroupFigures group) => $"{group.Group} {Format.Share(group.Favourable)} favourable (n {Format.Count(group.Count)})";

    /// <summary>Of many parts the first and the last ones: periods go by time.</summary>
    private static IEnumerable<SelectionShare> Shortened(List<SelectionShare> parts) =>
        parts.Count <= 2 * GroupsShown ? parts : parts.Take(GroupsShown).Concat(parts.TakeLast(GroupsShown));

    private static string Part(int part, int whole) => whole == 0 ? "" : Format.Share(part / (double)whole);

    private static string Share(double? share) => share is { } known ? Format.Share(known) : "";

    private static string Of(Interval? interval) => interval is null ? "" : Format.Interval(interval);
}
