using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>Ends a run that cannot go on, with all that the person who has to act needs to know.</summary>
public sealed class RunFailures(NpgsqlDataSource source)
{
    /// <returns>The event, or null where the unit or the run was no longer this worker's to fail.</returns>
    public async Task<StageFailed?> RecordAsync(IRunMessage message, UnitKey unit, Guid token, Exception e, CancellationToken ct)
    {
        var what = e is InputException
            ? "correct the input, then start the run again"
            : $"look into the cause, then: zigong run --resume {message.RunId}";
        var failed = new StageFailed(
            message.RunId, message.Generation, unit.Stage.ToString(), unit.Unit, e is InputException ? e.Message : $"{e.GetType().Name}: {e.Message}", what);
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // The run first, then its units, as replay and cancel do: in another order two of them could wait for each other.
        await db.Database.ExecuteSqlAsync($"select 1 from zigong.runs where run_id = {message.RunId} for update", ct);
        if (!await db.Runs.AnyAsync(r => r.RunId == message.RunId && r.Generation == message.Generation && r.Status == RunStatus.Running, ct))
        {
            // An operator has set the run going anew since, or ended it: this attempt belongs to the past.
            await db.WorkUnits.Where(u => u.RunId == message.RunId && u.Stage == failed.Stage && u.Unit == unit.Unit && u.LeaseToken == token)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(u => u.State, UnitState.Pending).SetProperty(u => u.LeaseToken, (Guid?)null)
                        .SetProperty(u => u.LeaseExpiresAt, (DateTimeOffset?)null),
                    ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        var mine = await db.WorkUnits
            .Where(u => u.RunId == message.RunId && u.Stage == failed.Stage && u.Unit == unit.Unit && u.LeaseToken == token)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.State, UnitState.Failed)
                    .SetProperty(u => u.LeaseToken, (Guid?)null)
                    .SetProperty(u => u.Attempts, u => u.Attempts + 1)
                    .SetProperty(u => u.Error, e.ToString()),
                ct);
        if (mine == 1)
        {
            var failure = JsonSerializer.Serialize(
                new { failed.Stage, failed.FailedUnit, failed.Reason, failed.WhatToDo, Input = e is InputException, Details = e.ToString() });
            mine = await db.Runs.Where(r => r.RunId == message.RunId && r.Generation == message.Generation && r.Status == RunStatus.Running)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Failed).SetProperty(r => r.Failure, failure), ct);
        }

        if (mine == 1)
        {
            await EventLog.AppendAsync((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction(), [failed], ct);
        }

        await transaction.CommitAsync(ct);
        return mine == 1 ? failed : null;
    }
}
