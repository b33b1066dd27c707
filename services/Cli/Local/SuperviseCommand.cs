using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace ZiGong.Cli.Local;

/// <summary><c>local supervise</c>: the process that keeps services running, until it is told to end.</summary>
internal static class SuperviseCommand
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var place = new Argument<string>("FOLDER");
        var app = new Argument<string>("APP");
        var command = new Command("supervise", "Keep the services of a folder running.") { place, app };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = new ServiceFolder(parsed.GetRequiredValue(place));
            if (folder.Supervisor() is not null)
            {
                return ExitCodes.Done;
            }

            folder.SetSupervisor(Environment.ProcessId);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var watching = WatchAsync(Environment.GetEnvironmentVariable("ZIGONG_WATCH"), stop);
            var slowest = RestartDelay.SlowestOf(Environment.GetEnvironmentVariable("ZIGONG_RESTART_SECONDS"));
            var programs = ProgramsOf(folder, parsed.GetRequiredValue(app));
            await new Supervisor(folder, programs, slowest, Console.Error, TimeProvider.System).RunAsync(stop.Token);
            await watching;
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A life's name is for tests that break one life and not the next.</summary>
    private static Func<ServiceWorker, int, ProcessStartInfo> ProgramsOf(ServiceFolder folder, string app) => (worker, life) =>
        new ProcessStartInfo("dotnet", [ServiceFolder.Program(app, worker)])
        {
            Environment = { ["Pipeline__Http"] = folder.Address(worker), ["ZIGONG_LIFE"] = $"{worker.Name}.{life}" },
        };

    /// <summary>For tests: nothing may stay when whoever wanted the services is gone, however he went.</summary>
    private static async Task WatchAsync(string? watched, CancellationTokenSource stop)
    {
        if (!int.TryParse(watched, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return;
        }

        while (LocalProcess.IsRunning(id) && !stop.IsCancellationRequested)
        {
            await Task.Delay(Look, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stop.CancelAsync();
    }
}
