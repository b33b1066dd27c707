using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Words;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Runs;

/// <summary><c>runs</c>: the runs, newest first.</summary>
internal static class RunsCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var limit = new Option<int>("--limit") { Description = "How many.", DefaultValueFactory = _ => 20 };
        var all = new Option<bool>("--all") { Description = "Arms of experiments too." };
        return builder.Command(
            "runs",
            "List the runs, newest first.",
            [limit, all],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                await using var db = reader.NewContext();
                var runs = await db.NewestFirst(arms: parsed.GetValue(all)).Take(parsed.GetValue(limit)).ToListAsync(ct);
                var ids = runs.Select(r => r.RunId).ToList();
                var models = await db.Models.Where(m => ids.Contains(m.RunId)).ToListAsync(ct);
                if (PauseCommands.NoteOf(await PipelineSwitch.StateAsync(db, ct)) is { } paused)
                {
                    screen.Note(paused);
                }

                Print(runs, models.ToLookup(m => m.RunId), screen);
                return ExitCodes.Done;
            },
            "zigong runs",
            "zigong runs --json --limit 100");
    }

    private static void Print(IReadOnlyList<RunRow> runs, ILookup<Guid, RegisteredModel> models, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(runs.Select(r => new
            {
                r.RunId, r.Dataset, r.Kind, r.Status, r.Generation, r.RequestedAt, r.FinishedAt, r.ParentRun, r.CodeVersion,
                Model = models[r.RunId].FirstOrDefault()?.State,
            }));
        }
        else if (runs.Count == 0)
        {
            screen.Line("No runs yet. Start one with: zigong run --dataset DESCRIPTOR FILE");
        }
        else
        {
            screen.Print(Format.Table(
                ["Run", "Data set", "Kind", "Status", "Requested (UTC)", "Took>", "Model"],
                runs.Select(r => (string[])
                [
                    RunFinder.Short(r.RunId), r.Dataset, r.Kind, r.Status.ToString(), Format.Time(r.RequestedAt),
                    r.FinishedAt is { } end ? Format.Duration(end - r.RequestedAt) : "", models[r.RunId].FirstOrDefault()?.State ?? "",
                ])));
        }
    }
}
