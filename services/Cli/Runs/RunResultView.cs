using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Reports;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>What a run came to, on the screen.</summary>
public static class RunResultView
{
    public static object Json(RunResult result) => new
    {
        result.View.Run.RunId,
        Kind = result.View.Run.Kind.Stored(),
        result.View.Run.Dataset,
        result.View.Run.Status,
        result.View.Run.Generation,
        result.View.Run.ParentRun,
        result.View.Run.RequestedAt,
        result.View.Run.FinishedAt,
        result.View.Run.CodeVersion,
        Options = RunOptionsReader.Read(result.View.Run.Options),
        Snapshot = result.View.Snapshot is { } s ? new { s.SnapshotId, s.Watermark, s.AsOf, s.DecayIdentified, s.Training, s.Reference, s.Test } : null,
        Stages = result.View.Stages.Select(p => new
        {
            p.Stage, p.Done, p.Total, Units = p.Noun, p.Reused, p.Retried, ElapsedSeconds = p.Elapsed.TotalSeconds, WorkSeconds = p.Work,
            RemainingSeconds = p.Remaining?.TotalSeconds,
        }),
        result.Report,
        result.Notes,
        result.Classes,
        result.Ready,
        result.Rejected,
        result.Fidelity,
        Failure = result.View.Failure?.Message,
    };

    public static void Print(RunResult result, Screen screen)
    {
        PrintHead(result, screen);
        if (result.Report is { } report)
        {
            if (report.Generative is { } generative)
            {
                GenerativeView.Print(generative, screen);
            }
            else
            {
                if (report.AllAnswers is { } all)
                {
                    AnswersView.Print(all, screen);
                }

                var what = report.Model.Binary is { } binary ? $"{binary} alone" : "Test side";
                screen.Heading($"{what}: {report.Model.N} samples, {report.Model.Positives} bad");
                PrintMetrics(report, screen);
                EvaluationView.Print(report, RunOptionsReader.Read(result.View.Run.Options).Evaluation, screen);
            }

            OtherTasksView.Print(report.OtherTasks, screen);
            PrintGates(report, screen);
        }

        if (result.Classes.Count > 0)
        {
            screen.Heading("Scores (positive: training on the sample lowers the reference loss)");
            screen.Print(Format.Table(
                ["Answer", "Samples>", "Positive>", "Negative>", "In the top>"],
                result.Classes.Select(
                    c => (string[])[c.Answer, Format.Count(c.Samples), Format.Count(c.Positive), Format.Count(c.Negative), Format.Count(c.Top)])));
        }

        screen.Heading("Stages");
        PrintStages(result, screen);
        foreach (var note in result.Notes)
        {
            screen.Line($"Note: {note}");
        }

        PrintOutcome(result, screen);
        if (result.Fidelity is { } fidelity)
        {
            screen.Line();
            FidelityView.PrintText(fidelity, screen);
        }
    }

    public static void PrintMetrics(EvaluationReport report, Screen screen)
    {
        screen.Print(Format.Table(MetricsTable.Columns(report), MetricsTable.Rows(report)));
        screen.Line(report.Model.WithoutIntervals is { } why
            ? $"{Reading.Capital(why)}."
            : "Detectable: the smallest true difference that this many samples would have shown (5 %, power 80 %).");
    }

    public static void PrintGates(EvaluationReport report, Screen screen)
    {
        screen.Heading("Gates");
        screen.Print(Format.Table(["Gate", "Verdict", "Figures"], report.Gates.Select(g => (string[])[g.Gate, g.Verdict.ToString(), g.Figures])));
    }

    /// <summary>The last event, or how far the run is.</summary>
    public static void PrintOutcome(RunResult result, Screen screen)
    {
        screen.Line();
        if (result.Ready is { } ready)
        {
            screen.Line($"ModelReady: {ready.Model}");
            PrintLineage(ready.Lineage, ready.AdapterUri, screen);
        }
        else if (result.Rejected is { } rejected)
        {
            screen.Line($"ModelRejected: {rejected.Model}");
            foreach (var reason in rejected.Reasons)
            {
                screen.Line($"  because {reason}");
            }

            PrintLineage(rejected.Lineage, rejected.AdapterUri, screen);
        }
        else
        {
            screen.Line(result.View.Failure?.Message ?? $"Run {result.View.Run.RunId} is {result.View.Run.Status}: {ProgressText.Line(result.View.Stages)}");
            if (result.View.Run.Status == Storage.Entities.RunStatus.Running)
            {
                screen.Line($"If no process works on it any more: zigong run --resume {result.View.Run.RunId}");
            }
        }
    }

    private static void PrintHead(RunResult result, Screen screen)
    {
        var (run, snapshot) = (result.View.Run, result.View.Snapshot);
        screen.Line($"Run {run.RunId}: {run.Kind.Stored()} on {run.Dataset}, {run.Status}, requested {Format.Time(run.RequestedAt)} UTC{Took(result)}");
        if (snapshot is not null)
        {
            screen.Line(
                $"Snapshot {snapshot.SnapshotId}: {Format.Count(snapshot.Training)} training, {Format.Count(snapshot.Reference)} reference, "
                + $"{Format.Count(snapshot.Test)} test samples");
        }

        if (result.Report is { } report)
        {
            screen.Line(report.Generative is not null ? $"Kept {Format.Count(report.Kept)} of {Format.Count(report.Training)}" :
                $"Kept {Format.Count(report.Kept)} of {Format.Count(report.Training)}; bad: "
                + $"{Format.Share(report.KeptPositives / (double)report.Kept)} of the kept, "
                + $"{Format.Share(report.TrainingPositives / (double)report.Training)} of all");
        }
    }

    private static string Took(RunResult result) =>
        result.View.Run.FinishedAt is { } end ? $", took {Format.Duration(end - result.View.Run.RequestedAt)}" : "";

    private static void PrintStages(RunResult result, Screen screen) => screen.Print(Format.Table(
        ["Stage", "Done>", "", "Reused>", "Time>", "Work>"],
        result.View.Stages.Select(s => (string[])
        [
            s.Stage.ToString(), s.Total > 0 ? $"{s.Done:0.#}/{s.Total:0}" : $"{s.Done:0.#}", s.Noun, s.Reused > 0 ? $"{s.Reused}" : "",
            s.Started ? Format.Duration(s.Elapsed) : "", s.Work > 0 ? Format.Duration(TimeSpan.FromSeconds(s.Work)) : "",
        ])));

    private static void PrintLineage(Lineage lineage, string uri, Screen screen) => screen.Print(Format.Table(
        ["Lineage", ""],
        [
            ["Adapter", uri],
            ["Snapshot", lineage.Snapshot],
            ["Selection", lineage.Selection],
            ["Data set", lineage.Dataset],
            ["Base", lineage.Base],
            ["Options", lineage.Options],
            ["Code version", lineage.CodeVersion],
            .. lineage.Predictions is { } predictions ? [["Predictions", predictions]] : (string[][])[],
        ]));
}
