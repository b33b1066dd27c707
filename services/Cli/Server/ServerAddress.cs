using ZiGong.Cli.Hosting;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;

namespace ZiGong.Cli.Server;

/// <summary>Which pipeline to speak to, and as whom.</summary>
public sealed record ServerAddress(Uri Url, string Token)
{
    /// <param name="given">The option's value: an address, or empty for the pipeline that <c>zigong up</c> started here.</param>
    /// <exception cref="UsageException">This is no address.</exception>
    /// <exception cref="InputException">No server or no token is known.</exception>
    public static ServerAddress Of(string given)
    {
        var file = Path.Combine(CliSettings.Home, "server");
        var local = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        var text = given.Length > 0 ? given : local;
        if (text.Length == 0)
        {
            throw new InputException("no server runs here: start one with zigong up, or give its address with --server URL or in ZIGONG_SERVER");
        }

        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"'{text}' is not a server's address such as https://pipeline.example:8443; put --server last, or write --server=URL");
        }

        return new ServerAddress(url, TokenFor(url, local));
    }

    /// <summary>The token of this machine's pipeline goes to this machine's pipeline only.</summary>
    private static string TokenFor(Uri url, string local)
    {
        if (Environment.GetEnvironmentVariable("ZIGONG_TOKEN") is { Length: > 0 } given)
        {
            return given.Trim();
        }

        var file = Path.Combine(CliSettings.Home, "tokens.operator");
        var isLocal = Uri.TryCreate(local.TrimEnd('/') + "/", UriKind.Absolute, out var here) && here == url;
        return isLocal && File.Exists(file)
            ? File.ReadAllText(file).Trim()
            : throw new InputException($"no token for {url}: set ZIGONG_TOKEN to the one that its operator gave you");
    }
}
