using System.CommandLine;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Options;

/// <summary><c>options</c>: everything that <c>--set</c> can change.</summary>
internal static class OptionsCommand
{
    public static Command Create(CommandBuilder builder) => builder.Command(
        "options",
        "List every option of a run with its default and meaning.",
        [],
        (_, screen, _) =>
        {
            var options = RunOptionsReader.List();
            if (screen.Json)
            {
                screen.Data(options);
            }
            else
            {
                screen.Print(Format.Table(["Option", "Default", "Meaning"], options.Select(o => (string[])[o.Name, o.Default, o.Meaning])));
            }

            return Task.FromResult(ExitCodes.Done);
        },
        "zigong options",
        "zigong run --dataset german german.data --set Selection:TopShare=0.5 --set TracSeq:Gamma=1");
}
