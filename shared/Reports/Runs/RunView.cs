using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Reports.Runs;

/// <summary>A run and its stages at one moment.</summary>
public sealed record RunView(RunRow Run, SnapshotRow? Snapshot, IReadOnlyList<WorkUnitRow> Units, IReadOnlyList<StageProgress> Stages)
{
    /// <summary>The event that ended a unit, or null while it is unfinished.</summary>
    public T? Outcome<T>(Stage stage, string unit)
        where T : class =>
        Units.FirstOrDefault(u => u.Stage == stage.ToString() && u.Unit == unit && u.State == UnitState.Done)?.Output is { } json
            ? JsonSerializer.Deserialize<T>(json)
            : null;

    /// <summary>What made a run stop: its failure, if it failed, or that somebody cancelled it.</summary>
    public RunFailedException? Failure => Run.Status switch
    {
        RunStatus.Failed when Run.Failure is { } json => FailureOf(Run.RunId, json),
        RunStatus.Cancelled => new RunFailedException(
            $"run {Run.RunId} was cancelled\n        to go on with it: zigong replay {Run.RunId.ToString()[..13]} --from STAGE --units missing",
            input: false, ""),
        _ => null,
    };

    private static RunFailedException FailureOf(Guid run, string json)
    {
        using var failure = JsonDocument.Parse(json);
        string Text(string name) => failure.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        var input = failure.RootElement.TryGetProperty("Input", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new RunFailedException(
            $"run {run} failed in stage {Text("Stage")}, unit {Text("FailedUnit")}: {Text("Reason")}\n        {Text("WhatToDo")}", input, Text("Details"));
    }
}
