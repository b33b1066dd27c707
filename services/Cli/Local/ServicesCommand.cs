using System.CommandLine;

namespace ZiGong.Cli.Local;

/// <summary><c>local services</c>: what the launcher's <c>up</c>, <c>ps</c> and <c>down</c> do with the services, once there are servers for them.</summary>
internal static class ServicesCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Command Create(TextWriter output, TextWriter errors) => new("services", "Start, show and stop the services of a folder.")
    {
        Start(), Show(output), Stop(), Wait(output, errors),
    };

    private static Command Start()
    {
        var folder = new Argument<string>("FOLDER");
        var app = new Argument<string>("APP");
        var workers = new Argument<string[]>("NAME=N") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("start", "Start what is not running.") { folder, app, workers };
        command.SetAction(async (parsed, ct) =>
        {
            var wanted = ServiceWorker.Of(parsed.GetValue(workers) ?? []);
            await Of(parsed.GetRequiredValue(folder)).StartAsync(parsed.GetRequiredValue(app), wanted, new Dictionary<string, string>(), ct);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Stop()
    {
        var folder = new Argument<string>("FOLDER");
        var command = new Command("stop", "Stop them.") { folder };
        command.SetAction(async (parsed, ct) =>
        {
            await Of(parsed.GetRequiredValue(folder)).StopAsync(ct);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(TextWriter output)
    {
        var folder = new Argument<string>("FOLDER");
        var command = new Command("ps", "Show them; exit code 1 when one is not ready.") { folder };
        command.SetAction(async (parsed, ct) => Print(await Of(parsed.GetRequiredValue(folder)).StatesAsync(ct), output));
        return command;
    }

    private static Command Wait(TextWriter output, TextWriter errors)
    {
        var folder = new Argument<string>("FOLDER");
        var command = new Command("wait", "Wait until all are ready, and show them.") { folder };
        command.SetAction(async (parsed, ct) =>
        {
            await errors.WriteLineAsync("zigong: waiting for the services");
            return Print(await Of(parsed.GetRequiredValue(folder)).WaitAsync(Patience, ct), output);
        });
        return command;
    }

    private static int Print(IReadOnlyList<ServiceState> states, TextWriter output)
    {
        output.WriteLine(ServiceState.Header);
        foreach (var state in states)
        {
            output.WriteLine(state);
        }

        return ServiceFleet.AreReady(states) ? ExitCodes.Done : ExitCodes.Fault;
    }

    /// <summary>The whole path: it is how a supervisor is told from others.</summary>
    private static ServiceFleet Of(string folder) => new(new ServiceFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), TimeProvider.System);
}
