using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>What an operator does to a run. Every operation is in the audit, written in the transaction of the change.</summary>
public sealed class RunOperations(NpgsqlDataSource source, ArtifactStore artifacts, IBus bus, Announcer announcer, PipelineOptions options, TimeProvider time)
{
    /// <summary>What a replay would do; nothing is written.</summary>
    /// <exception cref="InputException">The replay is not possible; the message says why and what is.</exception>
    public async Task<ReplayPlan> PlanReplayAsync(ReplayRequest request, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return (await PrepareAsync(db, request, null, ct)).Plan;
    }

    /// <summary>Does it: under a new generation of the run, or in a child run where options change.</summary>
    /// <exception cref="InputException">The replay is not possible; the message says why and what is.</exception>
    public async Task<ReplayPlan> ReplayAsync(ReplayRequest request, string actor, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);

        // Reading files takes long: it must not hold up workers that want to commit.
        var lost = await LostAsync(db, request, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(db, request.RunId, ct);
        var (plan, facts, chosen) = await PrepareAsync(db, request, lost, ct);
        if (plan.Child)
        {
            plan = plan with { RunId = Guid.CreateVersion7(time.GetUtcNow()) };
            await Replaying.AddChildAsync(db, facts, plan.RunId!.Value, request.From, request.Units, options.OverBroker, time, ct);
        }
        else
        {
            await Replaying.SetBackAsync(db, facts, request.From, chosen!, options.OverBroker, ct);
        }

        await Audit.NoteAsync(db, actor, "replay", $"{request.RunId}", new { request.From, request.Units, request.Set, plan.RunId, plan.Generation }, time, ct);
        await transaction.CommitAsync(ct);
        using var span = RunTrace.Start("replay", plan.RunId!.Value);
        await RunRequests.SendNextAsync(db, bus, plan.RunId!.Value, ct);
        return plan;
    }

    /// <summary>Gives the failed units of a run fresh attempts; finished ones stay.</summary>
    /// <exception cref="InputException">There is no such run, or it is completed or cancelled.</exception>
    public async Task RetryAsync(Guid run, string actor, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var row = await LockAsync(db, run, ct);
        if (row.Status is RunStatus.Completed or RunStatus.Cancelled)
        {
            throw new InputException($"run {run} is {Word(row.Status)}, so there is nothing to retry: zigong replay {run} --from STAGE does stages again");
        }

        using var span = RunTrace.Start("retry", run);
        await RunRequests.ReviveAsync(db, run, options.OverBroker, ct);
        await Audit.NoteAsync(db, actor, "retry", $"{run}", new { row.Status, row.Generation }, time, ct);
        await transaction.CommitAsync(ct);
        await RunRequests.SendNextAsync(db, bus, run, ct);
    }

    /// <summary>Ends a run that is not completed: what its workers have in hand is dropped, and they stop within seconds.</summary>
    /// <exception cref="InputException">There is no such run, or it is completed or cancelled already.</exception>
    public async Task CancelAsync(Guid run, string reason, string actor, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var row = await LockAsync(db, run, ct);
        if (row.Status is RunStatus.Completed or RunStatus.Cancelled)
        {
            throw new InputException($"run {run} is {Word(row.Status)} already");
        }

        var cancelled = new RunCancelled(run, row.Generation + 1, reason);
        await db.Runs.Where(r => r.RunId == run).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Cancelled)
                .SetProperty(r => r.Generation, cancelled.Generation)
                .SetProperty(r => r.FinishedAt, r => PipelineDb.Now()),
            ct);
        await db.WorkUnits.Where(u => u.RunId == run && u.State == UnitState.Leased).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.State, UnitState.Pending)
                .SetProperty(u => u.LeaseToken, (Guid?)null)
                .SetProperty(u => u.LeaseExpiresAt, (DateTimeOffset?)null),
            ct);
        await Audit.NoteAsync(db, actor, "cancel", $"{run}", new { Reason = reason, Was = row.Status, cancelled.Generation }, time, ct);
        await Replaying.AppendEventAsync(db, cancelled, ct);
        await transaction.CommitAsync(ct);
        using var span = RunTrace.Start("cancel", run);
        await RunMessages.TrySendAsync(token => announcer.PublishAsync(cancelled, token), ct);
    }

    private async Task<Prepared> PrepareAsync(PipelineDb db, ReplayRequest request, IReadOnlySet<string>? lost, CancellationToken ct)
    {
        var facts = await ReadAsync(db, request.RunId, ct);
        var before = facts.Options;
        var after = request.Set.Aggregate(before, RunOptionsReader.Set);
        var changes = RunOptionsReader.Changes(before, after);
        if (changes.Count > 0)
        {
            facts = facts with { Options = RunRequests.Frozen(after, DescriptorFile.Parse(facts.Run.Descriptor, "the run's descriptor")) };
            return new Prepared(
                new ReplayPlan(null, request.RunId, Child: true, 1, ReplayPlanner.Child(facts, request.From, request.Units, changes)), facts, null);
        }

        lost ??= await LostAsync(db, request, ct);
        var chosen = ReplayPlanner.Choose(facts, request.From, request.Units, lost);
        return new Prepared(
            new ReplayPlan(request.RunId, request.RunId, Child: false, facts.Run.Generation + 1, ReplayPlanner.SameRun(facts, request.From, chosen)),
            facts, chosen);
    }

    private async Task<IReadOnlySet<string>> LostAsync(PipelineDb db, ReplayRequest request, CancellationToken ct) => request.Units == UnitChoice.Missing
        ? await LostResults.FindAsync(db, artifacts, await ReadAsync(db, request.RunId, ct), request.From, ct)
        : new HashSet<string>();

    private static async Task<RunFacts> ReadAsync(PipelineDb db, Guid runId, CancellationToken ct)
    {
        var run = await db.Runs.SingleOrDefaultAsync(r => r.RunId == runId, ct) ?? throw Unknown(runId);
        var snapshot = run.SnapshotId is null ? null : await db.Snapshots.SingleOrDefaultAsync(s => s.SnapshotId == run.SnapshotId, ct);
        var units = await db.WorkUnits.Where(u => u.RunId == runId).ToListAsync(ct);
        return new RunFacts(run, snapshot, units, RunOptionsReader.Read(run.Options));
    }

    /// <summary>Commits of the run's workers wait from here on, and find the new generation.</summary>
    private static async Task<RunRow> LockAsync(PipelineDb db, Guid run, CancellationToken ct) =>
        (await db.Runs.FromSql($"select * from zigong.runs where run_id = {run} for update").ToListAsync(ct)).SingleOrDefault() ?? throw Unknown(run);

    private static InputException Unknown(Guid run) => new($"there is no run {run}; `zigong runs` lists them");

    private static string Word(RunStatus status) => status == RunStatus.Completed ? "completed" : "cancelled";

    /// <param name="Chosen">Null for a child.</param>
    private sealed record Prepared(ReplayPlan Plan, RunFacts Facts, ChosenUnits? Chosen);
}
