using System.CommandLine;
using ZiGong.Cli.Experiments;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Experiments;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.OfExperiment;

namespace ZiGong.Cli.Server;

/// <summary><c>experiment</c> and its <c>report</c> over a server.</summary>
internal static class ServerExperimentCommands
{
    private const int Most = 500;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    public static IReadOnlyDictionary<string, ServerCommand> Bodies { get; } =
        new Dictionary<string, ServerCommand>(
            ExperimentCatalog.All.Select(kind => KeyValuePair.Create<string, ServerCommand>($"experiment {kind.Name}", RunAsync)), StringComparer.Ordinal)
        {
            ["experiment list"] = async (_, screen, api, ct) => ExperimentView.Print(await api.ExperimentsAsync(Most, ct), screen),
            ["experiment show"] = async (parsed, screen, api, ct) => ExperimentView.Print(await ResultAsync(NameOf(parsed), api, ct), screen),
            ["experiment cancel"] = CancelAsync,
            ["report"] = ReportAsync,
        };

    /// <summary>Uploads tables, asks for the experiment, follows it and prints what it found.</summary>
    private static async Task RunAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        // Refused here already: nothing is uploaded for an experiment that cannot start.
        var order = ExperimentCommands.OrderOf(parsed);
        _ = ExperimentPlanner.OptionsOf(order);
        var dataset = parsed.GetRequiredValue<string>("--dataset");
        var name = await ServerRun.StoreDescriptorAsync(dataset, api, ct);
        var uploads = new List<Guid>();
        foreach (var file in parsed.GetValue<string[]>("FILES") ?? [])
        {
            uploads.Add(await ServerRun.UploadAsync(DescriptorFile.Load(dataset), name, file, screen, api, ct));
        }

        var request = new ExperimentRequest(
            order.Name, name, order.Set, order.Seeds, order.Folds, order.Full, order.Arms, parsed.GetValue<int?>("--parallel"), uploads);
        var asked = await api.OrderExperimentAsync(request, ct);
        screen.Note($"experiment {order.Name} is ordered (the server does the work)");
        var follower = new ExperimentFollower(new ServerExperiments(api), Between, screen, TimeProvider.System);
        try
        {
            var progress = await follower.FollowAsync(asked.OrderId, _ => Task.CompletedTask, ct);
            ExperimentView.Print(await api.ExperimentResultAsync(progress.Experiment, ct), screen);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            screen.Note(LeavingNotes.GoesOn(asked.OrderId, follower.Experiment, " --server"));
            throw;
        }
    }

    private static async Task CancelAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        var (name, reason) = (NameOf(parsed), parsed.GetValue<string>("--reason") ?? "");
        if (!ExperimentStore.IsOrder(name))
        {
            var id = (await api.FindExperimentAsync(name, ct)).Id;
            await api.CancelExperimentAsync(id, reason, ct);
            ExperimentView.PrintCancelled(id, screen);
            return;
        }

        var order = (await api.FindExperimentOrderAsync(name, ct)).OrderId;
        await api.CancelExperimentOrderAsync(order, reason, ct);
        ExperimentView.PrintCancelled(order, (await api.ExperimentOrderAsync(order, ct)).Experiment, screen);
    }

    private static async Task<ExperimentResult> ResultAsync(string name, ApiClient api, CancellationToken ct) =>
        await api.ExperimentResultAsync((await api.FindExperimentAsync(name, ct)).Id, ct);

    /// <summary>The page is made here, of what the server found.</summary>
    private static async Task ReportAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        var name = parsed.GetRequiredValue<string>("RUN|EXPERIMENT");
        if (RunsAlone(name))
        {
            throw new InputException(
                $"'{name}' is a run: with a server there are reports of experiments alone; a run's is written on the machine of the pipeline");
        }

        var result = await ResultAsync(name, api, ct);
        ReportCommand.Write(ExperimentStore.Short(result.Id), ExperimentReport.Of(result), parsed, screen);
    }

    private static string NameOf(ParseResult parsed) => parsed.GetRequiredValue<string>("EXPERIMENT");

    private static bool RunsAlone(string name) => name.Equals("latest", StringComparison.OrdinalIgnoreCase) || Guid.TryParse(name, out _);
}
