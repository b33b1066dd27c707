using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Runs;

/// <summary>Reads what the API says of runs.</summary>
internal static class RunDetailsReader
{
    extension(RunDetails)
    {
        public static async Task<RunDetails?> ReadAsync(PipelineDb db, Guid runId, CancellationToken ct)
        {
            if (await db.Runs.SingleOrDefaultAsync(r => r.RunId == runId, ct) is not { } run)
            {
                return null;
            }

            var counts = await db.WorkUnits.Where(u => u.RunId == runId)
                .GroupBy(u => new { u.Stage, u.State, u.Reused })
                .Select(g => new { g.Key.Stage, g.Key.State, g.Key.Reused, Units = g.Count() })
                .ToListAsync(ct);
            var stages = counts.GroupBy(c => Enum.Parse<Stage>(c.Stage)).OrderBy(g => g.Key).Select(g => new StageCounts(
                g.Key,
                g.Where(c => c.State == UnitState.Done).Sum(c => c.Units),
                g.Where(c => c.State == UnitState.Leased).Sum(c => c.Units),
                g.Where(c => c.State == UnitState.Pending).Sum(c => c.Units),
                g.Where(c => c.State == UnitState.Failed).Sum(c => c.Units),
                g.Where(c => c is { State: UnitState.Done, Reused: true }).Sum(c => c.Units)));
            var outcome = await db.PipelineEvents
                .Where(e => e.RunId == runId && (e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)))
                .OrderByDescending(e => e.Sequence)
                .FirstOrDefaultAsync(ct);
            var model = await db.Models.Where(m => m.RunId == runId).Select(m => (ModelState?)m.State).FirstOrDefaultAsync(ct);
            return new RunDetails(
                SummaryOf(run, model?.Stored()), run.SnapshotId, JsonSerializer.Deserialize<JsonElement>(run.Options), [.. stages], FailureOf(run.Failure),
                outcome?.Type,
                outcome is null ? null : JsonSerializer.Deserialize<JsonElement>(outcome.Payload));
        }

        public static RunSummary SummaryOf(RunRow run, string? model) => new(
            run.RunId, run.Dataset, run.Kind.Stored(), run.Status, run.Generation, run.RequestedAt, run.FinishedAt, run.ParentRun, run.CodeVersion, model);
    }

    // The stack trace in the row is for whoever reads the database.
    private static RunFailure? FailureOf(string? json)
    {
        if (json is null)
        {
            return null;
        }

        var failure = JsonSerializer.Deserialize<JsonElement>(json);
        string Text(string name) => failure.TryGetProperty(name, out var value) ? value.ToString() : "";
        var input = failure.TryGetProperty("Input", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new RunFailure(Text("Stage"), Text("FailedUnit"), Text("Reason"), Text("WhatToDo"), input);
    }
}
