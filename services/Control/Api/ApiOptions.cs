using ZiGong.Contracts;

namespace ZiGong.Control.Api;

/// <summary>How the HTTP API guards itself; part of section <c>Pipeline</c> of the configuration.</summary>
public sealed record ApiOptions
{
    public const string Section = "Pipeline";

    /// <summary>File with names, roles and hashes of the tokens (docs/operations.md); made with one operator token if it is missing.</summary>
    public string TokenFile { get; set; } = ".zigong/tokens";

    /// <summary>Largest table that an upload may bring, in bytes.</summary>
    public long UploadLimitBytes { get; set; } = 2L << 30;

    /// <summary>Listen beyond this machine without TLS: only behind a proxy that has it.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>Requests a second that one token may make over time; four times as many in a burst.</summary>
    public int RequestsPerSecond { get; set; } = 50;

    /// <summary>Requests a minute without a valid token from one address.</summary>
    public int UnknownRequestsPerMinute { get; set; } = 60;

    /// <summary>Folders, separated by <c>;</c>, whose subfolders a caller may name as bases; without any only nano.</summary>
    public string BaseFolders { get; set; } = "";

    public IEnumerable<string> BaseFoldersGiven() => BaseFolders.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="InputException">A value cannot be used; the message names the option.</exception>
    public ApiOptions Checked()
    {
        Require(BaseFoldersGiven().All(Path.IsPathFullyQualified), nameof(BaseFolders), $"is '{BaseFolders}', but must be whole paths separated by ;");
        Require(TokenFile.Length > 0, nameof(TokenFile), "is empty: give the path of a file");
        Require(UploadLimitBytes is >= 1024 and <= 1L << 40, nameof(UploadLimitBytes), $"is {UploadLimitBytes}, but must lie between 1024 and {1L << 40}");
        Require(RequestsPerSecond is >= 1 and <= 1_000_000, nameof(RequestsPerSecond), $"is {RequestsPerSecond}, but must lie between 1 and 1000000");
        Require(
            UnknownRequestsPerMinute is >= 1 and <= 1_000_000, nameof(UnknownRequestsPerMinute),
            $"is {UnknownRequestsPerMinute}, but must lie between 1 and 1000000");
        return this;
    }

    private static void Require(bool holds, string name, string complaint)
    {
        if (!holds)
        {
            throw new InputException($"{Section}:{name} {complaint}");
        }
    }
}
