using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ZiGong.Cli;

/// <summary>The usual help, and what one would type.</summary>
public sealed class HelpWithExamples(HelpAction help, IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return result;
    }

    public static void AddTo(Command command, params IReadOnlyList<string> examples)
    {
        // The root brings a help option of its own, which every command inherits; one on the command itself comes first.
        if (command.Options.OfType<HelpOption>().FirstOrDefault() is not { } option)
        {
            option = new HelpOption();
            command.Add(option);
        }

        option.Action = new HelpWithExamples((HelpAction)option.Action!, examples);
    }
}
