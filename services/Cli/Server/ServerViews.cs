using System.Text.Json;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Server;

/// <summary>What a server answers, on the screen; as JSON it is what the server said.</summary>
internal static class ServerViews
{
    public static void Print(IReadOnlyList<RunSummary> runs, Screen screen) => Print(runs, screen, () =>
    {
        if (runs.Count == 0)
        {
            screen.Line("No runs yet. Start one with: zigong run --dataset DESCRIPTOR FILE --server");
            return;
        }

        screen.Print(Format.Table(
            ["Run", "Data set", "Kind", "Status", "Requested (UTC)", "Took>", "Model"],
            runs.Select(r => (string[])
            [
                RunFinder.Short(r.RunId), r.Dataset, r.Kind, $"{r.Status}", Format.Time(r.RequestedAt),
                r.FinishedAt is { } end ? Format.Duration(end - r.RequestedAt) : "", r.Model ?? "",
            ])));
    });

    public static void Print(RunDetails details, Screen screen) => Print(details, screen, () =>
    {
        var run = details.Run;
        var took = run.FinishedAt is { } end ? $", took {Format.Duration(end - run.RequestedAt)}" : "";
        screen.Line($"Run {run.RunId}: {run.Kind} on {run.Dataset}, {run.Status}, requested {Format.Time(run.RequestedAt)} UTC{took}");
        screen.Print(Format.Table(
            ["Stage", "Done>", "At work>", "Waiting>", "Failed>", "Reused>"],
            details.Stages.Select(s => (string[])[$"{s.Stage}", $"{s.Done}", Count(s.Leased), Count(s.Pending), Count(s.Failed), Count(s.Reused)])));
        if (details.Failure is { } failure)
        {
            screen.Line($"Failed in stage {failure.Stage}, unit {failure.Unit}: {failure.Reason}");
            screen.Line(failure.WhatToDo);
        }

        if (details.Outcome is { } outcome)
        {
            PrintOutcome(details.OutcomeType!, outcome, screen);
        }
    });

    public static void Print(PipelineState state, Screen screen) =>
        Print(state, screen, () => screen.Line(PauseCommands.NoteOf(state) ?? "The pipeline runs; what was put off begins within seconds."));

    public static void Print(ApiErrorList errors, Screen screen) => Print(errors, screen, () =>
    {
        screen.Line(errors.DeadLetters.Count == 0 ? "No dead letters." : "Dead letters: messages that no consumer could deal with");
        if (errors.DeadLetters.Count > 0)
        {
            screen.Print(Format.Table(
                ["Id>", "Received (UTC)", "Queue", "Message", "Run", "State", "Exception"],
                errors.DeadLetters.Select(l => (string[])
                [
                    $"{l.Id}", Format.Time(l.ReceivedAt), l.Queue, l.MessageType, l.RunId is { } run ? RunFinder.Short(run) : "", $"{l.State}",
                    l.Exception.Split('\n')[0],
                ])));
        }

        if (errors.FailedUnits.Count > 0)
        {
            screen.Line("Failed units: zigong retry RUN --server gives them fresh attempts");
            screen.Print(Format.Table(
                ["Run", "Stage", "Unit", "Attempts>", "Error"],
                errors.FailedUnits.Select(u => (string[])[RunFinder.Short(u.RunId), u.Stage, u.Unit, $"{u.Attempts}", u.Error.Split('\n')[0]])));
        }
    });

    public static void Print(ApiDeadLetter letter, Screen screen) => Print(letter, screen, () =>
    {
        screen.Line(
            $"Dead letter {letter.Id} of queue {letter.Queue}, "
            + $"{letter.State}{(letter.HandledBy is { } by ? $" by {by}" : "")}{(letter.Reason is { } why ? $": {why}" : "")}");
        screen.Line(letter.Exception);
        screen.Line(letter.Body ?? "");
    });

    /// <summary>How far a run is, in one line.</summary>
    public static string ProgressOf(RunDetails details) => details.Stages.Where(s => s.Leased + s.Pending > 0).ToList() is { Count: > 0 } current
        ? string.Join("; ", current.Select(s => $"{s.Stage} {s.Done} done, {s.Leased} at work, {s.Pending} waiting"))
        : $"{details.Stages.Count} stages begun";

    private static void PrintOutcome(string type, JsonElement outcome, Screen screen)
    {
        screen.Line($"{type}: {Text(outcome, "Model")}");
        if (outcome.TryGetProperty("Reasons", out var reasons))
        {
            foreach (var reason in reasons.EnumerateArray())
            {
                screen.Line($"  because {reason}");
            }
        }

        if (outcome.TryGetProperty("Metrics", out var metrics))
        {
            screen.Print(Format.Table(
                ["Metric", "Model>"],
                metrics.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Number)
                    .Select(m => (string[])[m.Name, Format.Figure(m.Value.GetDouble())])));
        }

        screen.Line($"Adapter: {Text(outcome, "AdapterUri")}");
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static void Print(object what, Screen screen, Action asText)
    {
        if (screen.Json)
        {
            screen.Data(what);
        }
        else
        {
            asText();
        }
    }

    private static string Count(int count) => count == 0 ? "" : Format.Count(count);
}
