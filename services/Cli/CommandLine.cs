using System.CommandLine;
using System.CommandLine.Help;
using ZiGong.Cli.Datasets;
using ZiGong.Cli.Demo;
using ZiGong.Cli.Doctor;
using ZiGong.Cli.Events;
using ZiGong.Cli.Experiments;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Local;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Options;
using ZiGong.Cli.Reports;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Scores;
using ZiGong.Cli.Tasks;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;

namespace ZiGong.Cli;

/// <summary>The <c>zigong</c> command: its words, and what becomes of errors and signals.</summary>
public static class CommandLine
{
    /// <param name="local">The services of this process; null where there are none.</param>
    /// <returns>0 done, 1 a fault, 2 input that cannot be used, 130 interrupted.</returns>
    public static async Task<int> RunAsync(string[] args, LocalServices? local = null)
    {
        using var interrupt = new Interrupt();
        return await RunAsync(args, System.Console.Out, System.Console.Error, interrupt.Token, local);
    }

    /// <summary>The same without signals, into given writers.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct, LocalServices? local = null)
    {
        var globals = new GlobalOptions();
        var parsed = Root(globals, output, errors, local).Parse(args);
        var screen = globals.ScreenOf(parsed, output, errors);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not HelpWithExamples)
        {
            return screen.Fail(UsageErrorOf(parsed));
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, ct);
        }
        catch (Exception e)
        {
            return screen.Fail(e);
        }
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand Root(GlobalOptions globals, TextWriter output, TextWriter errors, LocalServices? local)
    {
        var builder = new CommandBuilder(globals, output, errors, local);
        var root = new RootCommand("Scores credit samples by their influence, keeps the best, tunes a Mistral model on them and announces it.")
        {
            HelpName = "zigong",
        };
        globals.AddTo(root);
        root.Add(DemoCommand.Create(builder));
        root.Add(IngestCommand.Create(builder));
        root.Add(WithdrawCommand.Create(builder));
        root.Add(RunCommand.Create(builder));
        root.Add(RunsCommand.Create(builder));
        root.Add(ShowCommand.Create(builder));
        root.Add(ScoresCommand.Create(builder));
        root.Add(ReportCommand.Create(builder));
        root.Add(EventsCommand.Create(builder));
        root.Add(ReplayCommand.Create(builder));
        root.Add(RunOperationCommands.Retry(builder));
        root.Add(RunOperationCommands.Cancel(builder));
        root.Add(PauseCommands.Pause(builder));
        root.Add(PauseCommands.Resume(builder));
        root.Add(ErrorsCommands.Create(builder));
        root.Add(ExperimentCommands.Create(builder));
        root.Add(DatasetCommands.Create(builder));
        root.Add(TasksCommand.Create(builder));
        root.Add(SimulateCommand.Create(builder));
        root.Add(OptionsCommand.Create(builder));
        root.Add(DoctorCommand.Create(builder));
        root.Add(LocalCommands.Create(output, errors));
        HelpWithExamples.AddTo(root, "zigong demo", "zigong run --dataset german german.data", "zigong show latest");
        return root;
    }

    private static UsageException UsageErrorOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var complaint = command.Subcommands.Count > 0 && parsed.UnmatchedTokens.FirstOrDefault() is { } word
            ? $"there is no command '{word}'; did you mean '{RunOptionsReader.Nearest(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}'?"
            : parsed.Errors[0].Message;
        return new UsageException($"{complaint}\nTry: {string.Join(' ', Path(command))} --help");
    }

    private static IEnumerable<string> Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? [.. Path(parent), command.Name] : ["zigong"];
}
