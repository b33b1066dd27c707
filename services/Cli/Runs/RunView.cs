using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;
using ZiGong.Training;

namespace ZiGong.Cli.Runs;

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
            $"run {Run.RunId} was cancelled\n        to go on with it: zigong replay {RunFinder.Short(Run.RunId)} --from STAGE --units missing", input: false, ""),
        _ => null,
    };

    public static async Task<RunView> ReadAsync(PipelineDb db, Guid runId, TimeProvider time, CancellationToken ct)
    {
        var run = await db.Runs.SingleAsync(r => r.RunId == runId, ct);
        var snapshot = run.SnapshotId is null ? null : await db.Snapshots.SingleOrDefaultAsync(s => s.SnapshotId == run.SnapshotId, ct);
        var units = await db.WorkUnits.Where(u => u.RunId == runId).ToListAsync(ct);
        return new RunView(run, snapshot, units, RunProgress.Of(ShapeOf(run, snapshot, units), units, time.GetUtcNow()));
    }

    private static RunShape ShapeOf(RunRow run, SnapshotRow? snapshot, IReadOnlyList<WorkUnitRow> units)
    {
        if (snapshot is null)
        {
            return new RunShape(0, 0, 0, 0);
        }

        using var periods = JsonDocument.Parse(snapshot.Periods);
        var tuning = RunOptionsReader.Read(run.Options).Tuning;
        var dataset = units.FirstOrDefault(u => u.Stage == nameof(Stage.Dataset) && u.State == UnitState.Done)?.Output;
        var steps = dataset is null
            ? 0
            : BatchOrder.Steps(JsonSerializer.Deserialize<DatasetTemplated>(dataset)!.Instructions, tuning.BatchSize, tuning.Epochs, tuning.MinimumSteps);
        return new RunShape(
            periods.RootElement.GetArrayLength(), snapshot.TrainingShards.Length, snapshot.TrainingShards.Union(snapshot.ReferenceShards, StringComparer.Ordinal).Count(),
            (int)Math.Ceiling(steps / (double)tuning.SliceSteps));
    }

    private static RunFailedException FailureOf(Guid run, string json)
    {
        using var failure = JsonDocument.Parse(json);
        string Text(string name) => failure.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        var input = failure.RootElement.TryGetProperty("Input", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new RunFailedException(
            $"run {run} failed in stage {Text("Stage")}, unit {Text("FailedUnit")}: {Text("Reason")}\n        {Text("WhatToDo")}", input, Text("Details"));
    }
}
