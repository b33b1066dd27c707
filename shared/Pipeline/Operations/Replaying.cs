using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.Pipeline.Operations;

/// <summary>The rows of a replay, written inside the caller's transaction.</summary>
internal static class Replaying
{
    /// <summary>
    /// Begins a new generation. Units that have to be done again lose their rows: the next order makes them afresh, with
    /// <see cref="RunRow.RecomputeStage"/> deciding whether they may look results up by key.
    /// </summary>
    /// <returns>The generation.</returns>
    public static async Task<int> SetBackAsync(PipelineDb db, RunFacts facts, Stage from, ChosenUnits chosen, bool overBroker, CancellationToken ct)
    {
        var run = facts.Run.RunId;
        var generation = facts.Run.Generation + 1;
        var later = StageCatalogue.All.Select(s => s.Stage).Where(s => s > from).Select(s => s.ToString()).ToArray();
        var (stage, kept) = (from.ToString(), chosen.Kept.ToArray());
        await db.WorkUnits.Where(u => u.RunId == run && (later.Contains(u.Stage) || (u.Stage == stage && !kept.Contains(u.Unit)))).ExecuteDeleteAsync(ct);
        if (!chosen.Forced)
        {
            db.WorkUnits.AddRange(chosen.Again.Select(unit =>
                new WorkUnitRow { RunId = run, Stage = stage, Unit = unit, State = UnitState.Pending, Generation = generation, Recompute = true }));
            await db.SaveChangesAsync(ct);
        }

        var recompute = chosen.Forced ? stage : null;
        await db.Runs.Where(r => r.RunId == run).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Running)
                .SetProperty(r => r.Generation, generation)
                .SetProperty(r => r.RecomputeStage, recompute)
                .SetProperty(r => r.Failure, (string?)null)
                .SetProperty(r => r.OrderedAt, r => PipelineDb.Now())
                .SetProperty(r => r.OverBroker, r => r.OverBroker || overBroker)
                .SetProperty(r => r.FinishedAt, (DateTimeOffset?)null),
            ct);
        return generation;
    }

    /// <summary>Adds a child on the parent's snapshot: that stage is done already, everything else is found by its key or computed.</summary>
    public static async Task AddChildAsync(
        PipelineDb db, RunFacts facts, Guid child, Stage from, UnitChoice choice, bool overBroker, TimeProvider time, CancellationToken ct)
    {
        var parent = facts.Run;
        var origin = facts.Of(Stage.Snapshot).SingleOrDefault(u => u is { State: UnitState.Done, Output: not null })
            ?? throw new InputException($"the snapshot of run {parent.RunId} is not sealed: wait for it, or start a new run");
        var outcome = JsonSerializer.Deserialize<SnapshotSealed>(origin.Output!)! with { RunId = child, Generation = 1 };
        db.Runs.Add(new RunRow
        {
            RunId = child,
            // Never a candidate where the parent was none: its snapshot may be a small part of the data.
            Kind = parent.Kind == RunKind.Experiment ? RunKind.Experiment : RunKind.Replay,
            ParentRun = parent.RunId,
            Dataset = parent.Dataset,
            Descriptor = parent.Descriptor,
            SnapshotId = parent.SnapshotId,
            Options = RunOptionsReader.Write(facts.Options),
            RecomputeStage = choice == UnitChoice.All ? from.ToString() : null,
            Status = RunStatus.Running,
            CodeVersion = CodeVersions.Made,
            RequestedAt = time.GetUtcNow(),
            OrderedAt = time.GetUtcNow(),
            OverBroker = overBroker,
        });
        await db.SaveChangesAsync(ct);
        await AddSnapshotUnitAsync(db, outcome, time, ct);
    }

    /// <summary>The first unit of a run whose snapshot is sealed already.</summary>
    public static async Task AddSnapshotUnitAsync(PipelineDb db, SnapshotSealed outcome, TimeProvider time, CancellationToken ct)
    {
        db.WorkUnits.Add(new WorkUnitRow
        {
            RunId = outcome.RunId,
            Stage = nameof(Stage.Snapshot),
            Unit = outcome.Unit,
            State = UnitState.Done,
            Generation = 1,
            Reused = true,
            Result = outcome.Snapshot,
            Output = JsonSerializer.Serialize(outcome),
            StartedAt = time.GetUtcNow(),
            FinishedAt = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        await AppendEventAsync(db, outcome, ct);
    }

    public static Task AppendEventAsync(PipelineDb db, IRunMessage message, CancellationToken ct) => EventLog.AppendAsync(
        (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction(), [message], ct);
}
