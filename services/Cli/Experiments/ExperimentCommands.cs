using System.CommandLine;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;

namespace ZiGong.Cli.Experiments;

/// <summary><c>experiment NAME</c> for every one in the catalog, <c>experiment list</c>, <c>experiment show</c> and <c>experiment cancel</c>.</summary>
internal static class ExperimentCommands
{
    public static Command Create(CommandBuilder builder)
    {
        var group = new Command("experiment", "Compare ways of choosing samples over several seeds, on what one snapshot holds.");
        foreach (var kind in ExperimentCatalog.All)
        {
            group.Add(One(builder, kind));
        }

        group.Add(FidelityCommand.Create(builder));
        group.Add(List(builder));
        group.Add(Show(builder));
        group.Add(Cancel(builder));
        HelpWithExamples.AddTo(
            group, "zigong experiment baseline --dataset german german.data --seeds 3", "zigong experiment list", "zigong experiment show latest --json");
        return group;
    }

    private static Command One(CommandBuilder builder, ExperimentKind kind)
    {
        var dataset = new Option<string>("--dataset") { Description = "A shipped name (see `dataset list`) or the path of a descriptor.", Required = true };
        var files = new Argument<string[]>("FILES")
        {
            Description = "Tables to ingest first; without any the experiment uses what is stored.", Arity = ArgumentArity.ZeroOrMore,
        };
        var seeds =
            new Option<int>("--seeds") { Description = "Seeds that every arm is run with, counted up from the option Seed.", DefaultValueFactory = _ => 3 };
        var folds = new Option<int?>("--folds") { Description = "Out-of-fold test sides, pooled; for data without subjects and times (fairness: 10 there)." };
        var full = new Option<bool>("--full") { Description = "All samples: no caps of 4,000 training and 1,500 reference samples." };
        var arms = new Option<string[]>("--arms") { Description = "These arms alone.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var set = new Option<string[]>("--set")
        {
            Description = "Change an option of every arm: Section:Name=value (see `options`); repeatable.", DefaultValueFactory = _ => [],
        };
        var parallel = new Option<int?>("--parallel") { Description = "Runs at a time; as many as there are cores unless given." };
        return builder.Command(
            kind.Name,
            kind.Question,
            [dataset, files, seeds, folds, full, arms, set, parallel],
            async (parsed, screen, ct) =>
            {
                var descriptor = DescriptorFile.Load(parsed.GetRequiredValue(dataset));
                await RunAsync(builder.Local, OrderOf(parsed), descriptor, parsed.GetValue(files) ?? [], parsed.GetValue(parallel), screen, ct);
                return ExitCodes.Done;
            },
            $"zigong experiment {kind.Name} --dataset simulated borrowers.csv",
            $"zigong experiment {kind.Name} --dataset simulated --seeds 5 --full");
    }

    /// <summary>What the words of <c>experiment NAME</c> ask for.</summary>
    /// <exception cref="InputException">They cannot be used.</exception>
    public static ExperimentOrder OrderOf(ParseResult parsed)
    {
        var seeds = parsed.GetValue<int>("--seeds");
        return seeds is >= 1 and <= 100
            ? new ExperimentOrder(
                parsed.CommandResult.Command.Name, DescriptorFile.Text(parsed.GetRequiredValue<string>("--dataset")), parsed.GetValue<string[]>("--set") ?? [],
                seeds, parsed.GetValue<int?>("--folds"), parsed.GetValue<bool>("--full"), parsed.GetValue<string[]>("--arms") ?? [])
            : throw new InputException($"--seeds is {seeds}, but must lie between 1 and 100");
    }

    private static async Task RunAsync(
        LocalServices local, ExperimentOrder order, DatasetDescriptor descriptor, IReadOnlyList<string> files, int? parallel, Screen screen,
        CancellationToken ct)
    {
        var settings = CliSettings.Read();
        await using var reader = await Reader.OpenAsync(settings, ct);
        foreach (var file in files)
        {
            var summary = await IngestCommand.RunAsync(local, descriptor, file, reader, screen, ct);
            if (!screen.Json)
            {
                IngestCommand.Print(descriptor, summary, screen);
            }
        }

        await using var session = await HostSession.StartAsync(local, settings, TimeProvider.System, ct);
        if (PauseCommands.NoteOf(await session.Switch.StateAsync(ct)) is { } paused)
        {
            screen.Note(paused);
        }

        var asked = await session.Experiments.OrderAsync(order, parallel, ct);
        var experiments = new LocalExperiments(reader.NewContext, TimeProvider.System);
        var follower = new ExperimentFollower(experiments, LocalExperiments.Between, screen, TimeProvider.System);
        try
        {
            var progress = await follower.FollowAsync(asked, session.TakeOverAsync, ct);
            if (progress.Found > 0)
            {
                screen.Note($"{progress.Found} of {progress.Total} runs were there already");
            }

            await PrintAsync(reader, settings, progress.Experiment, screen, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            screen.Note(session.IsFollower ? LeavingNotes.GoesOn(asked, follower.Experiment) : LeavingNotes.Stopping(asked, follower.Experiment));
            throw;
        }
    }

    private static async Task PrintAsync(Reader reader, PipelineOptions settings, string experiment, Screen screen, CancellationToken ct)
    {
        await using var db = reader.NewContext();
        var row = await ExperimentStore.FindAsync(db, experiment, ct);
        ExperimentView.Print(await ExperimentResults.ReadAsync(db, new ArtifactStore(settings.Artifacts), row, ct), screen);
    }

    private static Argument<string> Named(string orders = "") =>
        new("EXPERIMENT") { Description = $"An id, a unique beginning of it, a name (the newest of it), or `latest`{orders}." };

    private static Command Show(CommandBuilder builder)
    {
        var experiment = Named();
        return builder.Command(
            "show",
            "What an experiment found so far.",
            [experiment],
            async (parsed, screen, ct) =>
            {
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await PrintAsync(reader, settings, parsed.GetRequiredValue(experiment), screen, ct);
                return ExitCodes.Done;
            },
            "zigong experiment show latest",
            "zigong experiment show decay --json");
    }

    private static Command Cancel(CommandBuilder builder)
    {
        var experiment = Named("; or an order's id, or a unique beginning of it beyond the first dash");
        var reason = new Option<string>("--reason") { Description = "Why; kept in the audit.", DefaultValueFactory = _ => "" };
        return builder.Command(
            "cancel",
            "End an experiment and its runs under way, or an order for one; finished runs stay, and the same experiment asked for again goes on.",
            [experiment, reason],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                await using var db = reader.NewContext();
                await CancelAsync(db, parsed.GetRequiredValue(experiment), parsed.GetRequiredValue(reason), screen, ct);
                return ExitCodes.Done;
            },
            "zigong experiment cancel latest --reason \"wrong table\"",
            "zigong experiment cancel 01985f3a-6c1e");
    }

    private static async Task CancelAsync(PipelineDb db, string name, string reason, Screen screen, CancellationToken ct)
    {
        if (ExperimentStore.IsOrder(name))
        {
            var order = (await ExperimentStore.FindOrderAsync(db, name, ct)).OrderId;
            await using var session = await OperatorSession.StartAsync(ct);
            ExperimentView.PrintCancelled(order, await session.Experiments.CancelOrderAsync(order, reason, OperatorSession.Actor, ct), screen);
        }
        else
        {
            var row = await ExperimentStore.FindAsync(db, name, ct);
            await using var session = await OperatorSession.StartAsync(ct);
            await session.Experiments.CancelAsync(row.Id, reason, OperatorSession.Actor, ct);
            ExperimentView.PrintCancelled(row.Id, screen);
        }
    }

    private static Command List(CommandBuilder builder) => builder.Command(
        "list",
        "The experiments, newest first.",
        [],
        async (_, screen, ct) =>
        {
            await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
            await using var db = reader.NewContext();
            ExperimentView.Print(await ExperimentReading.ListAsync(db, int.MaxValue, ct), screen);
            return ExitCodes.Done;
        },
        "zigong experiment list");
}
