using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.Words;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments;

/// <summary><c>experiment NAME</c> for every one in the catalog, <c>experiment list</c> and <c>experiment show</c>.</summary>
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
        HelpWithExamples.AddTo(
            group, "zigong experiment baseline --dataset german german.data --seeds 3", "zigong experiment list", "zigong experiment show latest --json");
        return group;
    }

    private static Command One(CommandBuilder builder, ExperimentKind kind)
    {
        var dataset = new Option<string>("--dataset") { Description = "A shipped name (see `dataset list`) or the path of a descriptor.", Required = true };
        var files = new Argument<string[]>("FILES") { Description = "Tables to ingest first; without any the experiment uses what is stored.", Arity = ArgumentArity.ZeroOrMore };
        var seeds = new Option<int>("--seeds") { Description = "Seeds that every arm is run with, counted up from the option Seed.", DefaultValueFactory = _ => 3 };
        var folds = new Option<int?>("--folds") { Description = "Out-of-fold test sides, pooled; for data without subjects and times (fairness: 10 there)." };
        var full = new Option<bool>("--full") { Description = "All samples: no caps of 4,000 training and 1,500 reference samples." };
        var arms = new Option<string[]>("--arms") { Description = "These arms alone.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var set = new Option<string[]>("--set") { Description = "Change an option of every arm: Section:Name=value (see `options`); repeatable.", DefaultValueFactory = _ => [] };
        var parallel = new Option<int?>("--parallel") { Description = "Runs at a time; as many as there are cores unless given." };
        return builder.Command(
            kind.Name,
            kind.Question,
            [dataset, files, seeds, folds, full, arms, set, parallel],
            async (parsed, screen, ct) =>
            {
                var count = parsed.GetValue(seeds);
                if (count is < 1 or > 100)
                {
                    throw new InputException($"--seeds is {count}, but must lie between 1 and 100");
                }

                var name = parsed.GetRequiredValue(dataset);
                var order = new ExperimentOrder(
                    kind.Name, DescriptorFile.Text(name), parsed.GetValue(set)!, count, parsed.GetValue(folds), parsed.GetValue(full), parsed.GetValue(arms)!);
                await RunAsync(builder.Local, order, DescriptorFile.Load(name), parsed.GetValue(files) ?? [], parsed.GetValue(parallel), screen, ct);
                return ExitCodes.Done;
            },
            $"zigong experiment {kind.Name} --dataset simulated borrowers.csv",
            $"zigong experiment {kind.Name} --dataset simulated --seeds 5 --full");
    }

    private static async Task RunAsync(
        LocalServices local, ExperimentOrder order, DatasetDescriptor descriptor, IReadOnlyList<string> files, int? parallel, Screen screen, CancellationToken ct)
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
        var snapshots = new List<SnapshotRow>();
        foreach (var options in ExperimentPlanner.Snapshots(ExperimentPlanner.OptionsOf(order)))
        {
            snapshots.Add(await session.Sealing(order.Descriptor, options, ct));
        }

        var plan = ExperimentPlanner.Plan(order, snapshots);
        await using var db = reader.NewContext();
        var id = await ExperimentStore.AddAsync(db, plan, ct);
        screen.Note($"experiment {ExperimentStore.Short(id)}: {plan.Arms.Count} arms × {plan.Seeds.Count} seeds{(plan.Folds > 0 ? $" × {plan.Folds} folds" : "")}");
        try
        {
            var runner = new ExperimentRunner(reader.NewContext, session.Arms, Math.Max(1, parallel ?? settings.Workers), screen, TimeProvider.System);
            var progress = await runner.RunAsync(id, plan, snapshots, session.TakeOverAsync, ct);
            if (progress.Found > 0)
            {
                screen.Note($"{progress.Found} of {progress.Total} runs were there already");
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            screen.Note("stopping; what is finished stays: the same command again goes on (`zigong experiment show latest` shows what there is)");
            throw;
        }

        await PrintAsync(db, settings, id, screen, ct);
    }

    private static async Task PrintAsync(PipelineDb db, PipelineOptions settings, string id, Screen screen, CancellationToken ct)
    {
        var row = await db.Experiments.SingleAsync(e => e.Id == id, ct);
        ExperimentView.Print(await ExperimentResults.ReadAsync(db, new ArtifactStore(settings.Artifacts), row, ct), screen);
    }

    private static Command Show(CommandBuilder builder)
    {
        var experiment = new Argument<string>("EXPERIMENT") { Description = "An id, a unique beginning of it, a name (the newest of it), or `latest`." };
        return builder.Command(
            "show",
            "What an experiment found so far.",
            [experiment],
            async (parsed, screen, ct) =>
            {
                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                await using var db = reader.NewContext();
                var row = await ExperimentStore.FindAsync(db, parsed.GetRequiredValue(experiment), ct);
                await PrintAsync(db, settings, row.Id, screen, ct);
                return ExitCodes.Done;
            },
            "zigong experiment show latest",
            "zigong experiment show decay --json");
    }

    private static Command List(CommandBuilder builder) => builder.Command(
        "list",
        "The experiments, newest first.",
        [],
        async (_, screen, ct) =>
        {
            await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
            await using var db = reader.NewContext();
            var rows = await db.Experiments.OrderByDescending(e => e.CreatedAt).ToListAsync(ct);
            var done = await db.ExperimentArms.Join(db.Runs.Where(r => r.Status == RunStatus.Completed), a => a.RunId, r => r.RunId, (a, _) => a.ExperimentId)
                .GroupBy(id => id).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
            Print([.. rows.Select(r => (r, ExperimentStore.PlanOf(r), done.GetValueOrDefault(r.Id)))], screen);
            return ExitCodes.Done;
        },
        "zigong experiment list");

    private static void Print(IReadOnlyList<(ExperimentRow Row, ExperimentPlan Plan, int Done)> experiments, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(experiments.Select(e => new
            {
                e.Row.Id, e.Row.Name, e.Row.Dataset, e.Row.CreatedAt, Arms = e.Plan.Arms.Select(a => a.Name), e.Plan.Seeds, e.Plan.Folds, Done = e.Done, Planned = e.Plan.Runs.Count(),
            }));
        }
        else if (experiments.Count == 0)
        {
            screen.Line("No experiments yet. Start one with: zigong experiment baseline --dataset DESCRIPTOR FILE");
        }
        else
        {
            screen.Print(Format.Table(
                ["Experiment", "Name", "Data set", "Created (UTC)", "Arms>", "Seeds>", "Folds>", "Runs done>"],
                experiments.Select(e => (string[])
                [
                    ExperimentStore.Short(e.Row.Id), e.Row.Name, e.Row.Dataset, Format.Time(e.Row.CreatedAt), $"{e.Plan.Arms.Count}", $"{e.Plan.Seeds.Count}",
                    e.Plan.Folds > 0 ? $"{e.Plan.Folds}" : "", $"{e.Done} of {e.Plan.Runs.Count()}",
                ])));
        }
    }
}
