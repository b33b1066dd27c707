using System.CommandLine;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Reports.Words;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Events;

/// <summary><c>events</c>: what happened, in order, and what happens.</summary>
internal static class EventsCommand
{
    private const int Page = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(CommandBuilder builder)
    {
        var run = ShowCommand.RunArgument(ArgumentArity.ZeroOrOne);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on printing until Ctrl-C, or with RUN until that run has ended." };
        var after = new Option<long>("--after") { Description = "Only events with a higher sequence number: a reader's cursor.", DefaultValueFactory = _ => 0 };
        return builder.Command(
            "events",
            "Print the pipeline's events; with --json one object a line.",
            [run, follow, after],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                Guid? id = null;
                if (parsed.GetValue(run) is { } text)
                {
                    await using var db = reader.NewContext();
                    id = (await db.FindRunAsync(text, ct)).RunId;
                }

                await PrintAsync(reader, id, parsed.GetValue(after), parsed.GetValue(follow), screen, ct);
                return ExitCodes.Done;
            },
            "zigong events latest",
            "zigong events --follow --after 1200 --json");
    }

    private static async Task PrintAsync(Reader reader, Guid? run, long after, bool follow, Screen screen, CancellationToken ct)
    {
        while (true)
        {
            await using var db = reader.NewContext();

            // First the status, then the events: the event that ends a run is committed with its status.
            var ends = !follow || (run is not null && await db.Runs.AnyAsync(r => r.RunId == run && r.Status != RunStatus.Running, ct));
            var page = await PageAsync(db, run, after, ct);
            foreach (var row in page)
            {
                Print(row, screen);
                after = row.Sequence;
            }

            if (page.Count == Page)
            {
                continue;
            }

            if (ends)
            {
                return;
            }

            await Task.Delay(Pause, ct);
        }
    }

    private static Task<List<PipelineEventRow>> PageAsync(PipelineDb db, Guid? run, long after, CancellationToken ct) =>
        db.PipelineEvents.Where(e => e.Sequence > after && (run == null || e.RunId == run)).OrderBy(e => e.Sequence).Take(Page).ToListAsync(ct);

    private static void Print(PipelineEventRow row, Screen screen)
    {
        if (screen.Json)
        {
            using var payload = JsonDocument.Parse(row.Payload);
            screen.DataLine(new { row.Sequence, row.MessageId, row.RunId, row.Generation, row.Type, row.Unit, row.OccurredAt, Payload = payload.RootElement });
        }
        else
        {
            screen.Line($"{row.Sequence,6}  {Format.Time(row.OccurredAt)}  {RunFinder.Short(row.RunId)}  {row.Type}  {EventText.Of(row.Payload)}");
        }
    }
}
