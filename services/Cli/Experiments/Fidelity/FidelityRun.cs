using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.Reports.Runs;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary>Has a plan measured by a run, and stays with it to its end.</summary>
internal sealed class FidelityRun(LocalServices local, Reader reader, PipelineOptions settings, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    /// <param name="descriptor">The data set's descriptor as YAML.</param>
    /// <exception cref="RunFailedException">The run failed, or somebody cancelled it.</exception>
    public async Task<FidelityResult> MeasureAsync(
        FidelityPlan plan, SampleEncoding encoding, string descriptor, RunOptions options, CancellationToken ct)
    {
        var began = time.GetUtcNow();
        await using var host = await HostSession.StartAsync(local, settings, time, ct);
        var run = await host.Fidelity.RequireAsync(plan, encoding, descriptor, options, ct);
        screen.Note($"run {run}");
        if (PauseCommands.NoteOf(await host.Switch.StateAsync(ct)) is { } paused)
        {
            screen.Note(paused);
        }

        var status = new StatusLine(screen, time);
        try
        {
            var view = await FollowAsync(run, status, host.TakeOverAsync, ct);
            return view.Failure is { } failure
                ? throw failure
                : (await FidelityResults.ReadAsync(view, new ArtifactStore(settings.Artifacts), began, ct))!;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            status.Clear();
            screen.Note(host.IsFollower
                ? $"run {run} goes on without this command; the same command again follows it"
                : "stopping; the same command goes on from here");
            throw;
        }
    }

    private async Task<RunView> FollowAsync(Guid run, StatusLine status, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        while (true)
        {
            await using var db = reader.NewContext();
            var view = await RunView.ReadAsync(db, run, time, ct);
            if (view.Run.Status != RunStatus.Running)
            {
                status.Clear();
                return view;
            }

            var done = view.Units.Where(u => u.State == UnitState.Done).Select(u => u.Unit).ToHashSet(StringComparer.Ordinal);
            status.Show(RunPlan.Of(view.Run)!.UnderWay(done) is var (group, of) ? $"{group.Title}: {of} of {group.Count}" : "figures");
            await Task.Delay(Pause, time, ct);
            await meanwhile(ct);
        }
    }
}
