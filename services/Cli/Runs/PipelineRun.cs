using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Runs;

namespace ZiGong.Cli.Runs;

/// <summary>Starts or resumes a run on the embedded host and stays with it to its end.</summary>
internal sealed class PipelineRun(LocalServices local, Reader reader, PipelineOptions settings, Screen screen, TimeProvider time)
{
    /// <exception cref="RunFailedException">The run failed.</exception>
    public async Task<RunView> StartAsync(string descriptor, RunOptions options, CancellationToken ct)
    {
        await using var host = await HostSession.StartAsync(local, settings, time, ct);
        var run = await host.Requests.RequestAsync(descriptor, options, "full", ct);
        return await FollowAsync(run, host, ct);
    }

    /// <exception cref="RunFailedException">The run failed again.</exception>
    public async Task<RunView> ResumeAsync(Guid run, CancellationToken ct)
    {
        await using var host = await HostSession.StartAsync(local, settings, time, ct);
        await host.Requests.ResumeAsync(run, ct);
        return await FollowAsync(run, host, ct);
    }

    /// <summary>Gives failed units fresh attempts.</summary>
    /// <exception cref="InputException">There is nothing to retry.</exception>
    /// <exception cref="RunFailedException">The run failed again.</exception>
    public async Task<RunView> RetryAsync(Guid run, string actor, CancellationToken ct)
    {
        await using var host = await HostSession.StartAsync(local, settings, time, ct);
        await host.Operations.RetryAsync(run, actor, ct);
        return await FollowAsync(run, host, ct);
    }

    /// <param name="announce">Told the plan before the work is followed.</param>
    /// <exception cref="InputException">The replay is not possible.</exception>
    /// <exception cref="RunFailedException">The run failed.</exception>
    public async Task<RunView> ReplayAsync(ReplayRequest request, string actor, Action<ReplayPlan> announce, CancellationToken ct)
    {
        await using var host = await HostSession.StartAsync(local, settings, time, ct);
        var plan = await host.Operations.ReplayAsync(request, actor, ct);
        announce(plan);
        return await FollowAsync(plan.RunId!.Value, host, ct);
    }

    private string Others => settings.Transport == "memory" ? "another zigong process does" : "the separate services do";

    private async Task<RunView> FollowAsync(Guid run, HostSession host, CancellationToken ct)
    {
        screen.Note($"run {run}{(host.IsFollower ? $" ({Others} the work)" : "")}");
        if (PauseCommands.NoteOf(await host.Switch.StateAsync(ct)) is { } paused)
        {
            screen.Note(paused);
        }

        try
        {
            var view = await new RunFollower(reader, screen, time).FollowAsync(run, host.TakeOverAsync, ct);
            return view.Failure is { } failure ? throw failure : view;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            screen.Note(host.IsFollower
                ? $"run {run} goes on without this command; look at it with: zigong show {RunFinder.Short(run)}"
                : $"stopping; go on with: zigong run --resume {RunFinder.Short(run)}");
            throw;
        }
    }
}
