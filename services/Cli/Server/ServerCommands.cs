using System.CommandLine;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Stages;

namespace ZiGong.Cli.Server;

/// <summary>What a command does over a server.</summary>
internal delegate Task ServerCommand(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct);

/// <summary>
/// What commands do when they are given a server: the same words and options, over its API. A command reads its arguments here by
/// their names, so that it need not know of servers itself.
/// </summary>
internal static class ServerCommands
{
    private static readonly Dictionary<string, ServerCommand> Bodies = new(ServerExperimentCommands.Bodies, StringComparer.Ordinal)
    {
        ["run"] = ServerRun.RunAsync,
        ["runs"] = async (parsed, screen, api, ct) =>
            ServerViews.Print(await api.RunsAsync(parsed.GetValue<int>("--limit"), parsed.GetValue<bool>("--all"), ct), screen),
        ["show"] = async (parsed, screen, api, ct) => ServerViews.Print(await api.RunAsync(await RunOfAsync(parsed, api, ct), ct), screen),
        ["events"] = ServerEvents.PrintAsync,
        ["replay"] = ReplayAsync,
        ["retry"] = async (parsed, screen, api, ct) =>
        {
            var run = await RunOfAsync(parsed, api, ct);
            await api.RetryAsync(run, ct);
            await ServerRun.FollowAsync(run, screen, api, ct);
        },
        ["cancel"] = async (parsed, screen, api, ct) =>
        {
            var run = await RunOfAsync(parsed, api, ct);
            await api.CancelAsync(run, parsed.GetValue<string>("--reason") ?? "", ct);
            ServerViews.Print(await api.RunAsync(run, ct), screen);
        },
        ["pause"] = async (parsed, screen, api, ct) => ServerViews.Print(await api.PauseAsync(parsed.GetValue<string>("--reason") ?? "", ct), screen),
        ["resume"] = async (_, screen, api, ct) => ServerViews.Print(await api.ResumeAsync(ct), screen),
        ["withdraw"] = async (parsed, screen, api, ct) =>
            WithdrawCommand.Print(await api.WithdrawAsync(WithdrawCommand.UploadOf(parsed), parsed.GetValue<bool>("--dry-run"), ct), screen),
        ["errors"] = ErrorsAsync,
        ["errors list"] = ErrorsAsync,
        ["errors show"] = async (parsed, screen, api, ct) => ServerViews.Print(await api.ErrorAsync(parsed.GetValue<long>("ID"), ct), screen),
        ["errors requeue"] = async (parsed, screen, api, ct) => ServerViews.Print(await api.RequeueAsync(parsed.GetValue<long>("ID"), ct), screen),
        ["errors discard"] = async (parsed, screen, api, ct) =>
            ServerViews.Print(await api.DiscardAsync(parsed.GetValue<long>("ID"), parsed.GetValue<string>("--reason") ?? "", ct), screen),
    };

    // These look at files and at this machine; a server that is set for the session does not concern them.
    private static readonly string[] Local = ["dataset", "simulate", "options", "doctor", "experiment fidelity"];

    /// <returns>False: the command does its work here.</returns>
    /// <param name="given">The option or the environment's value; null where neither is there.</param>
    /// <param name="isExplicit">The option stands on the command line.</param>
    /// <param name="ca">File with the authority to trust, or empty.</param>
    /// <exception cref="UsageException">The command cannot do it over a server.</exception>
    public static async Task<bool> TryRunAsync(ParseResult parsed, string? given, bool isExplicit, string ca, Screen screen, CancellationToken ct)
    {
        var command = PathOf(parsed.CommandResult.Command);
        if (given is null || (!isExplicit && Local.Any(l => command == l || command.StartsWith(l + " ", StringComparison.Ordinal))))
        {
            return false;
        }

        if (!Bodies.TryGetValue(command, out var body))
        {
            throw new UsageException(
                $"`zigong {command}` does not work with a server; it works on the machine of the pipeline, without --server and ZIGONG_SERVER. "
                + $"With a server: {string.Join(", ", Bodies.Keys)}");
        }

        using var api = new ApiClient(ServerAddress.Of(given), ca);
        await body(parsed, screen, api, ct);
        return true;
    }

    /// <summary>The run that the argument means; the server knows what it would mean on its own machine.</summary>
    public static async Task<Guid> FindAsync(string text, ApiClient api, CancellationToken ct) =>
        Guid.TryParse(text, out var whole) ? whole : (await api.FindRunAsync(text, ct)).RunId;

    private static Task<Guid> RunOfAsync(ParseResult parsed, ApiClient api, CancellationToken ct) => FindAsync(parsed.GetValue<string>("RUN")!, api, ct);

    private static async Task ReplayAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        var run = await RunOfAsync(parsed, api, ct);
        var units = ReplayCommand.ChoiceOf(parsed.GetValue<string>("--units")!);
        var isDry = parsed.GetValue<bool>("--dry-run");
        var order = new ReplayOrder(StageNames.Parse(parsed.GetValue<string>("--from")!), units, parsed.GetValue<string[]>("--set") ?? [], isDry);
        var plan = await api.ReplayAsync(run, order, ct);
        if (isDry)
        {
            ReplayPlanView.Print(plan, screen);
        }
        else
        {
            ReplayPlanView.Announce(plan, screen);
            await ServerRun.FollowAsync(plan.RunId ?? run, screen, api, ct);
        }
    }

    private static async Task ErrorsAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct) =>
        ServerViews.Print(await api.ErrorsAsync(parsed.GetValue<bool>("--all"), parsed.GetValue<int>("--limit"), ct), screen);

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : command.Name;
}
