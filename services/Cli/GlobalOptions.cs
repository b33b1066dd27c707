using System.CommandLine;
using ZiGong.Cli.Terminal;

namespace ZiGong.Cli;

/// <summary>Options that every command takes.</summary>
public sealed class GlobalOptions
{
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of tables.", Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show log lines and stack traces.", Recursive = true };
    private readonly Option<bool> _noColor = new("--no-color") { Description = "No colours (also: NO_COLOR=1).", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Add(_json);
        root.Add(_verbose);
        root.Add(_noColor);
    }

    public Screen ScreenOf(ParseResult parsed, TextWriter output, TextWriter errors)
    {
        // Only the real console can be a terminal: tests pass writers of their own.
        var isTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        var noColor = parsed.GetValue(_noColor) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(output, errors, parsed.GetValue(_json), parsed.GetValue(_verbose), isTerminal, isTerminal && !noColor);
    }
}
