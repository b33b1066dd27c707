using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Experiments;

/// <summary>Experiments under way: begins the arms that <see cref="NextArms"/> names, and marks those that are over.</summary>
public sealed class ArmBeginning(NpgsqlDataSource source, ArmRuns arms, ILogger<ArmBeginning> log)
{
    private readonly FirstTimes<string> _stuck = new();

    public async Task SweepAsync(CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        foreach (var experiment in await db.Experiments.Where(e => e.State == ExperimentState.Running).OrderBy(e => e.CreatedAt).ToListAsync(ct))
        {
            try
            {
                await MoveAsync(db, experiment, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && !Outage.IsOne(e))
            {
                // One that cannot be read, or whose snapshot is gone, must not keep the others waiting.
                if (_stuck.IsFirst(experiment.Id))
                {
                    log.LogError(e, "experiment {Experiment} cannot be led on", ExperimentStore.Short(experiment.Id));
                }
            }
        }
    }

    private async Task MoveAsync(PipelineDb db, ExperimentRow experiment, CancellationToken ct)
    {
        var plan = ExperimentStore.PlanOf(experiment);
        if (plan.CodeVersion != CodeVersions.Whole)
        {
            var made = $"its arms so far were made by version {plan.CodeVersion}, this one is {CodeVersions.Whole}: "
                + "ask for it again, so that all its arms are of one code";
            await EndAsync(db, experiment.Id, ExperimentState.Failed, new ExperimentFailure(made, Input: false), ct);
            return;
        }

        var begun = (await ExperimentStore.RunsAsync(db, experiment.Id, ct)).ToDictionary(a => a.Key, a => new ArmStanding(a.Value.RunId, a.Value.Status));
        try
        {
            while (NextArms.StateOf(plan, begun) == ExperimentState.Running && NextArms.Of(plan, begun, experiment.Parallel) is { } next)
            {
                begun[next.Key] = await BeginAsync(db, experiment.Id, plan, next, ct);
            }
        }
        catch (InputException e)
        {
            await EndAsync(db, experiment.Id, ExperimentState.Failed, new ExperimentFailure(e.Message, Input: true), ct);
            return;
        }

        switch (NextArms.StateOf(plan, begun))
        {
            case ExperimentState.Done:
                await EndAsync(db, experiment.Id, ExperimentState.Done, null, ct);
                break;
            case ExperimentState.Failed:
                await EndAsync(db, experiment.Id, ExperimentState.Failed, await FailureAsync(db, plan.Runs.First(r => HasFailed(begun, r)), begun, ct), ct);
                break;
        }
    }

    private async Task<ArmStanding> BeginAsync(PipelineDb db, string experiment, ExperimentPlan plan, PlannedRun next, CancellationToken ct)
    {
        var snapshot = await db.Snapshots.SingleAsync(s => s.SnapshotId == plan.Snapshots[next.Fold], ct);
        var run = await arms.RequireAsync(
            snapshot, ExperimentPlanner.OptionsOf(plan, next), ct, (within, id) => ExperimentStore.NoteArmAsync(within, experiment, next, id, ct));
        return new ArmStanding(run, await db.Runs.Where(r => r.RunId == run).Select(r => r.Status).SingleAsync(ct));
    }

    private static bool HasFailed(Dictionary<(string Arm, long Seed, int Fold), ArmStanding> begun, PlannedRun run) =>
        begun.TryGetValue(run.Key, out var arm) && arm.Status is RunStatus.Failed or RunStatus.Cancelled;

    private static async Task<ExperimentFailure> FailureAsync(
        PipelineDb db, PlannedRun failed, Dictionary<(string Arm, long Seed, int Fold), ArmStanding> begun, CancellationToken ct)
    {
        var id = begun[failed.Key].RunId;
        var run = await db.Runs.SingleAsync(r => r.RunId == id, ct);
        var name = $"run {id} ({failed.Arm.Name}, seed {failed.Seed})";
        if (run.Failure is null || run.Status == RunStatus.Cancelled)
        {
            return new ExperimentFailure($"{name} was cancelled; ask for the experiment again to go on with it", Input: false, id);
        }

        using var failure = JsonDocument.Parse(run.Failure);
        string Text(string property) => failure.RootElement.TryGetProperty(property, out var value) ? value.ToString() : "";
        var input = failure.RootElement.TryGetProperty("Input", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new ExperimentFailure(
            $"{name} failed in stage {Text("Stage")}, unit {Text("FailedUnit")}: {Text("Reason")}; mend the cause, then ask for the experiment again",
            input,
            id);
    }

    private static Task EndAsync(PipelineDb db, string experiment, ExperimentState state, ExperimentFailure? failure, CancellationToken ct)
    {
        var json = failure is null ? null : JsonSerializer.Serialize(failure);
        return db.Experiments.Where(e => e.Id == experiment && e.State == ExperimentState.Running).ExecuteUpdateAsync(
            set => set.SetProperty(e => e.State, state).SetProperty(e => e.Failure, json).SetProperty(e => e.FinishedAt, e => PipelineDb.Now()), ct);
    }
}
