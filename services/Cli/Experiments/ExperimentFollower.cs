using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments;

/// <summary>What an experiment came to.</summary>
/// <param name="Done">Runs that are finished.</param>
/// <param name="Found">Of these, those that were finished before it was asked for.</param>
public sealed record ExperimentProgress(string Experiment, int Done, int Total, int Found);

/// <summary>
/// Stays with an experiment from the order to its end, with progress on the screen. It leads nothing on: Control's sweep does that, and goes on when
/// nobody looks.
/// </summary>
/// <param name="between">Time between two looks.</param>
public sealed class ExperimentFollower(IExperiments experiments, TimeSpan between, Screen screen, TimeProvider time)
{
    private readonly StatusLine _status = new(screen, time);
    private readonly HashSet<(string Arm, long Seed, int Fold)> _told = [];
    private int _found;

    /// <summary>What the order became, once it is planned.</summary>
    public string? Experiment { get; private set; }

    /// <param name="meanwhile">Called between two looks; a follower of another process's host takes over there when that is gone.</param>
    /// <exception cref="InputException">The data do not allow the experiment.</exception>
    /// <exception cref="RunFailedException">It failed or was cancelled; runs under way are left as they are.</exception>
    public async Task<ExperimentProgress> FollowAsync(Guid order, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        try
        {
            var ordered = await PlannedAsync(order, meanwhile, ct);
            Experiment = ordered.Experiment!;
            var details = await experiments.DetailsAsync(Experiment, ct);
            var (summary, folds) = (details.Experiment, details.Experiment.Folds > 0 ? $" × {details.Experiment.Folds} folds" : "");
            screen.Note($"experiment {ExperimentStore.Short(Experiment)}: {summary.Arms.Count} arms × {summary.Seeds.Count} seeds{folds}");
            while (true)
            {
                await TellAsync(details, ordered.OrderedAt, ct);
                if (details.Experiment.State != ExperimentState.Running)
                {
                    break;
                }

                await ShowAsync(details, ct);
                await WaitAsync(meanwhile, ct);
                details = await experiments.DetailsAsync(Experiment, ct);
            }

            _status.Clear();
            return details.Experiment.State == ExperimentState.Done
                ? new ExperimentProgress(Experiment, details.Experiment.Done, details.Experiment.Planned, _found)
                : throw await FailureAsync(details, ct);
        }
        finally
        {
            _status.Clear();
        }
    }

    private async Task<ExperimentOrderStatus> PlannedAsync(Guid id, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        while (true)
        {
            var order = await experiments.OrderAsync(id, ct);
            if (order.State == ExperimentOrderState.Cancelled)
            {
                throw new RunFailedException($"the order {id} was cancelled before it became an experiment; ask for it again to have it", input: false, "");
            }

            if (order.State != ExperimentOrderState.Open)
            {
                return order.Failure is { } failure ? throw FailureOf(failure) : order;
            }

            _status.Show($"{order.Name}: {order.Sealed} of {order.Folds} snapshots sealed");
            await WaitAsync(meanwhile, ct);
        }
    }

    private async Task WaitAsync(Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        await Task.Delay(between, time, ct);
        await meanwhile(ct);
    }

    /// <summary>A line for every run that has ended since the last look.</summary>
    private async Task TellAsync(ExperimentDetails details, DateTimeOffset orderedAt, CancellationToken ct)
    {
        foreach (var run in details.Runs.Where(r => r.Status == nameof(RunStatus.Completed)))
        {
            if (!_told.Add((run.Arm, run.Seed, run.Fold)))
            {
                continue;
            }

            if (run.FinishedAt <= orderedAt)
            {
                _found++;
                continue;
            }

            var made = await experiments.RunAsync(run.RunId!.Value, ct);
            _status.Clear();
            screen.Note(
                $"{_told.Count} of {details.Experiment.Planned}: {NameOf(run, details)} done in {Format.Duration(made.Took ?? TimeSpan.Zero)}, "
                    + $"{made.Reused} of {made.Units} units reused");
        }
    }

    private async Task ShowAsync(ExperimentDetails details, CancellationToken ct)
    {
        if (details.Runs.FirstOrDefault(r => r.Status == nameof(RunStatus.Running)) is not { RunId: { } id } run)
        {
            return;
        }

        var line = (await experiments.RunAsync(id, ct)).Line;
        _status.Show($"{details.Experiment.Name}: {details.Experiment.Done} of {details.Experiment.Planned} runs done; {NameOf(run, details)}: {line}");
    }

    private static string NameOf(ExperimentRun run, ExperimentDetails details) =>
        $"{run.Arm}, seed {run.Seed}{(details.Experiment.Folds > 0 ? $", fold {run.Fold + 1} of {details.Experiment.Folds}" : "")}";

    /// <summary>That of the run where there is one: it has the details.</summary>
    private async Task<Exception> FailureAsync(ExperimentDetails details, CancellationToken ct)
    {
        var name = $"experiment {ExperimentStore.Short(details.Experiment.Id)}";
        if (details.Experiment.State == ExperimentState.Cancelled)
        {
            return new RunFailedException($"{name} was cancelled; ask for it again to go on with it", input: false, "");
        }

        var failure = details.Failure ?? new ExperimentFailure($"{name} failed", Input: false);
        return failure.RunId is { } run && (await experiments.RunAsync(run, ct)).Failure is { } known ? known : FailureOf(failure);
    }

    private static Exception FailureOf(ExperimentFailure failure) =>
        failure.Input ? new InputException(failure.Reason) : new RunFailedException(failure.Reason, input: false, "the log has the details");
}
