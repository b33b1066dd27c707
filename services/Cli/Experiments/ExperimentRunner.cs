using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments;

/// <summary>How far an experiment is.</summary>
/// <param name="Done">Runs that are finished.</param>
/// <param name="Found">Of these, those that were finished before.</param>
public sealed record ExperimentProgress(int Done, int Total, int Found);

/// <summary>
/// Has the runs of a plan made, a few at a time. The first arm of a seed (and fold) comes before the others, which take over its agent, gradients
/// and partial scores. Whatever is finished stays: the same plan again goes on where it was.
/// </summary>
public sealed class ExperimentRunner(Func<PipelineDb> open, ArmRuns arms, int parallel, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <param name="meanwhile">Called between two looks; a follower of another process's host takes over there when that is gone.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="RunFailedException">A run failed; the others under way are left as they are.</exception>
    public async Task<ExperimentProgress> RunAsync(
        string experiment, ExperimentPlan plan, IReadOnlyList<SnapshotRow> snapshots, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        var begun = new Dictionary<(string Arm, long Seed, int Fold), ArmStanding>();
        var total = plan.Runs.Count();
        var under = new Dictionary<Guid, List<PlannedRun>>();
        var status = new StatusLine(screen, time);
        var (done, found) = (0, 0);
        try
        {
            while (done < total)
            {
                while (NextArms.Of(plan, begun, parallel) is { } next)
                {
                    var run = await RequireAsync(experiment, plan, next, snapshots[next.Fold], ct);
                    begun[next.Key] = new ArmStanding(run.RunId, run.Status);
                    if (run.Status == RunStatus.Completed)
                    {
                        (done, found) = (done + 1, found + 1);
                        continue;
                    }

                    (under.TryGetValue(run.RunId, out var same) ? same : under[run.RunId] = []).Add(next);
                }

                if (under.Count == 0)
                {
                    continue;
                }

                await Task.Delay(Pause, time, ct);
                await meanwhile(ct);
                foreach (var view in await LookAsync([.. under.Keys], ct))
                {
                    if (view.Run.Status == RunStatus.Running)
                    {
                        status.Show($"{plan.Name}: {done} of {total} runs done; {NameOf(under[view.Run.RunId][0], plan)}: {ProgressText.Line(view.Stages)}");
                        continue;
                    }

                    status.Clear();
                    if (view.Failure is { } failure)
                    {
                        throw failure;
                    }

                    foreach (var planned in under[view.Run.RunId])
                    {
                        begun[planned.Key] = new ArmStanding(view.Run.RunId, view.Run.Status);
                        done++;
                        var reused = view.Units.Count(u => u.Reused);
                        screen.Note($"{done} of {total}: {NameOf(planned, plan)} done in {Format.Duration(view.Run.FinishedAt!.Value - view.Run.RequestedAt)}, {reused} of {view.Units.Count} units reused");
                    }

                    under.Remove(view.Run.RunId);
                }
            }
        }
        finally
        {
            status.Clear();
        }

        return new ExperimentProgress(done, total, found);
    }

    private static string NameOf(PlannedRun run, ExperimentPlan plan) => $"{run.Arm.Name}, seed {run.Seed}{(plan.Folds > 0 ? $", fold {run.Fold + 1} of {plan.Folds}" : "")}";

    private async Task<RunRow> RequireAsync(string experiment, ExperimentPlan plan, PlannedRun planned, SnapshotRow snapshot, CancellationToken ct)
    {
        var run = await arms.RequireAsync(snapshot, ExperimentPlanner.OptionsOf(plan, planned), ct);
        await using var db = open();
        await ExperimentStore.NoteArmAsync(db, experiment, planned, run, ct);
        return await db.Runs.SingleAsync(r => r.RunId == run, ct);
    }

    private async Task<IReadOnlyList<RunView>> LookAsync(Guid[] runs, CancellationToken ct)
    {
        await using var db = open();
        var views = new List<RunView>();
        foreach (var run in runs)
        {
            views.Add(await RunView.ReadAsync(db, run, time, ct));
        }

        return views;
    }
}
