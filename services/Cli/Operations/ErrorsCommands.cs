using System.CommandLine;
using System.Text;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Pipeline.Operations;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Operations;

/// <summary><c>errors</c>: messages that nobody could deal with, and units that failed for good.</summary>
internal static class ErrorsCommands
{
    public static Command Create(CommandBuilder builder)
    {
        var errors = ListCommand(builder, "errors", "Dead letters and failed units; with a word: list, show, requeue or discard one.");
        errors.Add(ListCommand(builder, "list", "List dead letters and failed units."));
        errors.Add(OneCommand(builder, "show", "Show a dead letter with its message and exception.", [], (letters, id, _, ct) => letters.FindAsync(id, ct)));
        errors.Add(OneCommand(
            builder, "requeue", "Send a dead letter's message again.", [], (letters, id, _, ct) => letters.RequeueAsync(id, OperatorSession.Actor, ct)));
        var reason = new Option<string>("--reason") { Description = "Why nothing is to be done about it.", Required = true };
        errors.Add(OneCommand(
            builder, "discard", "Note that nothing is to be done about a dead letter.", [reason],
            (letters, id, parsed, ct) => letters.DiscardAsync(id, parsed.GetRequiredValue(reason), OperatorSession.Actor, ct)));
        return errors;
    }

    private static Command ListCommand(CommandBuilder builder, string name, string description)
    {
        var all = new Option<bool>("--all") { Description = "Also those that were requeued or discarded." };
        var limit = new Option<int>("--limit") { Description = "How many.", DefaultValueFactory = _ => 50 };
        return builder.Command(
            name,
            description,
            [all, limit],
            async (parsed, screen, ct) =>
            {
                await using var session = await OperatorSession.StartAsync(ct);
                var letters = await session.DeadLetters.ListAsync(parsed.GetRequiredValue(all), parsed.GetRequiredValue(limit), ct);
                Print(letters, await session.DeadLetters.FailedUnitsAsync(parsed.GetRequiredValue(limit), ct), screen);
                return ExitCodes.Done;
            },
            "zigong errors",
            "zigong errors show 12",
            "zigong errors discard 12 --reason \"sent by a test\"");
    }

    private static Command OneCommand(
        CommandBuilder builder, string name, string description, IEnumerable<Symbol> options,
        Func<DeadLetters, long, ParseResult, CancellationToken, Task<DeadLetterRow>> act)
    {
        var id = new Argument<long>("ID") { Description = "Number of the dead letter, as `errors list` shows it." };
        return builder.Command(
            name,
            description,
            [id, .. options],
            async (parsed, screen, ct) =>
            {
                await using var session = await OperatorSession.StartAsync(ct);
                Print(await act(session.DeadLetters, parsed.GetRequiredValue(id), parsed, ct), screen);
                return ExitCodes.Done;
            },
            $"zigong errors {name} 12{(name == "discard" ? " --reason \"sent by a test\"" : "")}");
    }

    private static void Print(IReadOnlyList<DeadLetterRow> letters, IReadOnlyList<FailedUnit> units, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(new { DeadLetters = letters.Select(l => Json(l, withBody: false)), FailedUnits = units });
            return;
        }

        screen.Line(letters.Count == 0 ? "No dead letters." : "Dead letters: messages that no consumer could deal with");
        if (letters.Count > 0)
        {
            screen.Print(Format.Table(
                ["Id>", "Received (UTC)", "Queue", "Message", "Run", "State", "Exception"],
                letters.Select(l => (string[])
                    [
                        $"{l.Id}", Format.Time(l.ReceivedAt), l.Queue, l.MessageType, l.RunId is { } run ? RunFinder.Short(run) : "", $"{l.State}",
                        FirstLine(l.Exception)])));
        }

        if (units.Count > 0)
        {
            screen.Line("Failed units: zigong retry RUN gives them fresh attempts");
            screen.Print(Format.Table(
                ["Run", "Stage", "Unit", "Attempts>", "Error"],
                units.Select(u => (string[])[RunFinder.Short(u.RunId), u.Stage, u.Unit, $"{u.Attempts}", FirstLine(u.Error)])));
        }
    }

    private static void Print(DeadLetterRow letter, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(Json(letter, withBody: true));
            return;
        }

        screen.Line(
            $"Dead letter {letter.Id} of queue {letter.Queue}, "
            + $"{letter.State}{(letter.HandledBy is { } by ? $" by {by}" : "")}{(letter.Reason is { } why ? $": {why}" : "")}");
        screen.Line(
            $"Received {Format.Time(letter.ReceivedAt)} UTC, "
            + $"message {(letter.MessageType.Length > 0 ? letter.MessageType : "of unknown type")}{(letter.RunId is { } run ? $", run {run}" : "")}");
        screen.Line();
        screen.Line(letter.Exception);
        screen.Line();
        screen.Line(Text(letter.Body));
    }

    private static object Json(DeadLetterRow letter, bool withBody) => new
    {
        letter.Id, letter.Queue, letter.MessageType, letter.MessageId, letter.RunId, letter.ReceivedAt, letter.State, letter.Reason, letter.HandledBy,
        letter.HandledAt,
        letter.Exception, Body = withBody ? Text(letter.Body) : null,
    };

    private static string Text(byte[] body) => PlainText.Of(Encoding.UTF8.GetString(body));

    private static string FirstLine(string text) => text.Split('\n')[0];
}
