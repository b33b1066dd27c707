using System.CommandLine;
using ZiGong.Cli.Local.Results;

namespace ZiGong.Cli.Local;

/// <summary>Words that the launcher alone uses: no help shows them.</summary>
internal static class LocalCommands
{
    public static Command Create(TextWriter output, TextWriter errors) => new("local", "What the launcher (./zigong) leaves to this program.")
    {
        Hidden = true,
        Subcommands = { ServicesCommand.Create(output, errors), SuperviseCommand.Create(), TestCommand.Create(output, errors), ResultsCommand.Create(errors) },
    };
}
