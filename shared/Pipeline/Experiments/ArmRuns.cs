using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.Pipeline.Experiments;

/// <summary>The runs behind an experiment's arms: one for each snapshot and options, whichever experiment asks.</summary>
public sealed class ArmRuns(NpgsqlDataSource source, IBus bus, RunRequests requests, PipelineOptions pipeline, TimeProvider time, ILogger<ArmRuns> log)
{
    private readonly FirstTimes<Guid> _unreadable = new();

    /// <summary>
    /// Finds the run with these options on this snapshot, made by this code, or adds it. A new one takes over what another arm on the snapshot has
    /// finished before the first stage that looks at an option in which the two differ: agents, gradients and partial scores are not even
    /// looked up again. A failed one gets fresh attempts.
    /// </summary>
    /// <param name="note">Notes the run as somebody's in the transaction that finds or adds it.</param>
    /// <exception cref="InputException">An option is out of range, or a base does not exist.</exception>
    public async Task<Guid> RequireAsync(SnapshotRow snapshot, RunOptions options, CancellationToken ct, Func<PipelineDb, Guid, Task>? note = null)
    {
        RunOptionsReader.Check(options);
        options = RunRequests.Frozen(options, DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor"));
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // Two commands that want the same arm get the same run.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({AdvisoryLocks.Experiments})", ct);
        var arms = Readable(await db.Runs
            .Where(
                r => r.Kind == RunKind.Experiment && r.SnapshotId == snapshot.SnapshotId && r.CodeVersion == CodeVersions.Whole
                    && r.Status != RunStatus.Cancelled)
            .OrderBy(r => r.RequestedAt).ThenBy(r => r.RunId)
            .ToListAsync(ct));
        var found = arms.Find(a => a.Options == options).Run;
        if (found is null)
        {
            var added = await AddAsync(db, snapshot, options, ct);
            await TakeOverAsync(db, added, Nearest(arms, options), ct);
            await (note?.Invoke(db, added) ?? Task.CompletedTask);
            await transaction.CommitAsync(ct);
            await RunMessages.TrySendAsync(token => PublishNextAsync(db, added, token), ct);
            return added;
        }

        await (note?.Invoke(db, found.RunId) ?? Task.CompletedTask);
        await transaction.CommitAsync(ct);
        if (found.Status == RunStatus.Failed)
        {
            await requests.ResumeAsync(found.RunId, ct);
        }

        return found.RunId;
    }

    /// <summary>A run with options that this code does not know is no arm of it, and must not fail the others.</summary>
    private List<(RunRow Run, RunOptions Options)> Readable(IEnumerable<RunRow> runs)
    {
        var readable = new List<(RunRow, RunOptions)>();
        foreach (var run in runs)
        {
            try
            {
                readable.Add((run, RunOptionsReader.Read(run.Options)));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException)
            {
                if (_unreadable.IsFirst(run.RunId))
                {
                    log.LogWarning("run {Run} is not used by experiments, since its options cannot be read: {Reason}", run.RunId, e.Message);
                }
            }
        }

        return readable;
    }

    /// <summary>The run that has most stages in common, and how far: stages before the second are the same.</summary>
    private static (Guid Run, Stage Until)? Nearest(IEnumerable<(RunRow Run, RunOptions Options)> arms, RunOptions options)
    {
        var nearest = arms
            .Select(a => (a.Run.RunId, Until: FirstDifference(a.Options, options)))
            .OrderByDescending(r => r.Until)
            .FirstOrDefault();
        return nearest == default ? null : nearest;
    }

    private static Stage FirstDifference(RunOptions there, RunOptions here) =>
        RunOptionsReader.Changes(there, here)
            .Select(name => (Stage)Math.Min((int)OptionStages.FirstUse(name, there), (int)OptionStages.FirstUse(name, here))).Min();

    private async Task<Guid> AddAsync(PipelineDb db, SnapshotRow snapshot, RunOptions options, CancellationToken ct)
    {
        var run = Guid.CreateVersion7(time.GetUtcNow());
        db.Runs.Add(new RunRow
        {
            RunId = run,
            Kind = RunKind.Experiment,
            Dataset = snapshot.Dataset,
            Descriptor = snapshot.Descriptor,
            SnapshotId = snapshot.SnapshotId,
            Options = RunOptionsReader.Write(options),
            Status = RunStatus.Running,
            CodeVersion = CodeVersions.Whole,
            RequestedAt = time.GetUtcNow(),
            OrderedAt = time.GetUtcNow(),
            OverBroker = pipeline.OverBroker,
        });
        await db.SaveChangesAsync(ct);
        var outcome = new SnapshotSealed(
            run, 1, snapshot.SnapshotId, snapshot.Training, snapshot.Reference, snapshot.Test, snapshot.TrainingShards.Union(snapshot.ReferenceShards).Count());
        await Replaying.AddSnapshotUnitAsync(db, outcome, time, ct);
        return run;
    }

    private static async Task TakeOverAsync(PipelineDb db, Guid run, (Guid Run, Stage Until)? from, CancellationToken ct)
    {
        if (from is not { } other)
        {
            return;
        }

        var stages = StageCatalogue.All.Select(s => s.Stage).Where(s => s > Stage.Snapshot && s < other.Until).Select(s => s.ToString()).ToArray();
        await db.Database.ExecuteSqlAsync(
            $$"""
            insert into zigong.work_units (run_id, stage, unit, state, generation, reused, result, output, started_at, finished_at)
            select {{run}}, stage, unit, 'Done', 1, true, result,
                jsonb_set(jsonb_set(output, '{RunId}', to_jsonb({{run}}::text)), '{Generation}', '1'), clock_timestamp(), clock_timestamp()
            from zigong.work_units where run_id = {{other.Run}} and state = 'Done' and stage = any({{stages}})
            """,
            ct);
    }

    private async Task PublishNextAsync(PipelineDb db, Guid run, CancellationToken ct)
    {
        foreach (var message in NextMessages.Of(await RunState.ReadAsync(db, run, ct)))
        {
            await bus.PublishAsync(message, ct);
        }
    }
}
