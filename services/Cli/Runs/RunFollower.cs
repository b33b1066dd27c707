using Spectre.Console;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Terminal;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Runs;

/// <summary>Watches a run until it ends, with progress on the screen.</summary>
internal sealed class RunFollower(Reader reader, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <param name="meanwhile">Called between two looks; a follower of another process's host takes over there when that is gone.</param>
    /// <returns>The run as it ended.</returns>
    public async Task<RunView> FollowAsync(Guid run, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        var first = await ReadAsync(run, ct);
        if (!screen.Live)
        {
            return await WatchAsync(run, first, new LinePrinter(screen, time).Show, meanwhile, ct);
        }

        RunView? last = null;
        await screen.Console.Live(ProgressView.Table(first.Stages)).AutoClear(true).StartAsync(async live =>
            last = await WatchAsync(run, first, view => live.UpdateTarget(ProgressView.Table(view.Stages)), meanwhile, ct));
        return last!;
    }

    private async Task<RunView> WatchAsync(Guid run, RunView view, Action<RunView> show, Func<CancellationToken, Task> meanwhile, CancellationToken ct)
    {
        while (view.Run.Status == RunStatus.Running)
        {
            show(view);
            await Task.Delay(Pause, time, ct);
            await meanwhile(ct);
            view = await ReadAsync(run, ct);
        }

        return view;
    }

    private async Task<RunView> ReadAsync(Guid run, CancellationToken ct)
    {
        await using var db = reader.NewContext();
        return await RunView.ReadAsync(db, run, time, ct);
    }

    /// <summary>A line when a stage ends, and every few seconds one for those under way.</summary>
    private sealed class LinePrinter(Screen screen, TimeProvider time)
    {
        private readonly HashSet<Contracts.Stage> _finished = [];
        private long _last = time.GetTimestamp();

        public void Show(RunView view)
        {
            foreach (var stage in view.Stages.Where(s => s.Finished && _finished.Add(s.Stage)))
            {
                screen.Note($"{stage.Stage}: done in {Format.Duration(stage.Elapsed)}{(stage.Reused > 0 ? $", {stage.Reused} reused" : "")}");
            }

            if (time.GetElapsedTime(_last) >= BetweenLines)
            {
                _last = time.GetTimestamp();
                screen.Note(ProgressText.Line(view.Stages));
            }
        }
    }
}
