using System.CommandLine;
using ZiGong.Cli.Events;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Api;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Server;

/// <summary><c>events</c> of a server.</summary>
internal static class ServerEvents
{
    private const int Page = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task PrintAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        Guid? run = parsed.GetValue<string?>("RUN") is { } text ? await ServerCommands.FindAsync(text, api, ct) : null;
        var follow = parsed.GetValue<bool>("--follow");
        var after = parsed.GetValue<long>("--after");
        while (true)
        {
            // First the status, then the events: the event that ends a run is committed with its status.
            var ends = !follow || (run is { } id && (await api.RunAsync(id, ct)).Run.Status != RunStatus.Running);
            var page = await api.EventsAsync(run, after, Page, ct);
            foreach (var happened in page)
            {
                Print(happened, screen);
                after = happened.Sequence;
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

    private static void Print(ApiEvent e, Screen screen)
    {
        if (screen.Json)
        {
            screen.DataLine(e);
        }
        else
        {
            screen.Line($"{e.Sequence,6}  {Format.Time(e.OccurredAt)}  {RunFinder.Short(e.RunId)}  {e.Type}  {EventText.Of(e.Payload.GetRawText())}");
        }
    }
}
