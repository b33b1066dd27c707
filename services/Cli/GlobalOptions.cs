using System.CommandLine;
using ZiGong.Cli.Terminal;

namespace ZiGong.Cli;

/// <summary>Options that every command takes.</summary>
public sealed class GlobalOptions
{
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of tables.", Recursive = true };
    private readonly Option<bool> _markdown =
        new("--md") { Description = "Print Markdown, for documents, instead of tables for the screen.", Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show log lines and stack traces.", Recursive = true };
    private readonly Option<string?> _server = new("--server")
    {
        Description = "Do it over the HTTP API of a running pipeline: URL, or nothing for the one that `zigong up` started here (also: "
            + "ZIGONG_SERVER; token: ZIGONG_TOKEN).",
        HelpName = "URL",
        Arity = ArgumentArity.ZeroOrOne,
        Recursive = true,
    };

    private readonly Option<string?> _serverCa = new("--server-ca")
    {
        Description = "PEM file with the authority that vouches for an https:// server, where the system does not know it (also: ZIGONG_SERVER_CA).",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> _noColor = new("--no-color") { Description = "No colours (also: NO_COLOR=1).", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Add(_json);
        root.Add(_markdown);
        root.Add(_verbose);
        root.Add(_noColor);
        root.Add(_server);
        root.Add(_serverCa);
    }

    /// <summary>The server that was given: empty for this machine's own, null for none; and whether it stands on the command line.</summary>
    public (string? Address, bool IsExplicit) ServerOf(ParseResult parsed) => parsed.GetResult(_server) is { Implicit: false }
        ? (parsed.GetValue(_server) ?? "", true)
        : (Environment.GetEnvironmentVariable("ZIGONG_SERVER") is { Length: > 0 } set ? set : null, false);

    /// <summary>File with the authority to trust for the server; empty for those of the system.</summary>
    public string ServerCaOf(ParseResult parsed) => parsed.GetValue(_serverCa) ?? Environment.GetEnvironmentVariable("ZIGONG_SERVER_CA") ?? "";

    public Screen ScreenOf(ParseResult parsed, TextWriter output, TextWriter errors)
    {
        // Only the real console can be a terminal: tests pass writers of their own.
        var isTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        var noColor = parsed.GetValue(_noColor) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(output, errors, parsed.GetValue(_json), parsed.GetValue(_verbose), isTerminal, isTerminal && !noColor, parsed.GetValue(_markdown));
    }
}
