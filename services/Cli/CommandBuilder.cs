using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Server;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;

namespace ZiGong.Cli;

/// <summary>Gives commands their surroundings: the screen they print on, and help with examples.</summary>
public sealed class CommandBuilder(GlobalOptions globals, TextWriter output, TextWriter errors, LocalServices? local)
{
    /// <summary>The services in this process.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public LocalServices Local => local
        ?? throw new InputException(
            "this program has no services in it: name a running pipeline with --server, or use the whole program (./zigong, ZiGong.AllInOne.dll)");

    /// <summary>A command whose body gets the screen that the global options ask for and returns the exit code.</summary>
    public Command Command(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, Screen, CancellationToken, Task<int>> body,
        params string[] examples)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.SetAction(async (parsed, ct) =>
        {
            var screen = globals.ScreenOf(parsed, output, errors);
            var (server, isExplicit) = globals.ServerOf(parsed);
            return await ServerCommands.TryRunAsync(parsed, server, isExplicit, globals.ServerCaOf(parsed), screen, ct)
                ? ExitCodes.Done
                : await body(parsed, screen, ct);
        });
        HelpWithExamples.AddTo(command, examples);
        return command;
    }
}
