using ZiGong.Contracts;
using ZiGong.Control.Api.Artifacts;
using ZiGong.Pipeline;

namespace ZiGong.Control.Api;

/// <summary>
/// Which folders of this machine a caller may name as a base: nano, what lies in the folders of <see cref="ApiOptions.BaseFolders"/>, and by the hash of
/// its content a base that was worked with before. Everything else is refused in the same words, whether it is there or not, so that nobody can look
/// around in the server's folders.
/// </summary>
public sealed class OfferedBases(ApiOptions options, BaseFolders known)
{
    private readonly string[] _folders = [
        .. options.BaseFoldersGiven().Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)) + Path.DirectorySeparatorChar)];

    /// <summary>Assignments as they came, but with the whole paths of bases.</summary>
    /// <exception cref="InputException">One of them cannot be used, or names a folder that is not offered.</exception>
    public IReadOnlyList<string> Places(IReadOnlyList<string> assignments) => [.. assignments.Select(Placed)];

    private string Placed(string assignment)
    {
        var set = RunOptionsReader.Set(new RunOptions(), assignment);
        var name = RunOptionsReader.Folders.FirstOrDefault(f => RunOptionsReader.TextOf(set, f) != RunOptionsReader.TextOf(new RunOptions(), f));
        return name is null ? assignment : $"{name}={PlaceOf(name, RunOptionsReader.TextOf(set, name))}";
    }

    /// <summary>A base may be named by its whole path, by its name in a folder that offers it, or by its hash.</summary>
    private string PlaceOf(string option, string given) =>
        (ArtifactEndpoints.IsHash(given) ? known.PlaceOf(given) : null)
        ?? _folders.Where(_ => !given.Contains('\0', StringComparison.Ordinal))
            .Select(folder => Path.GetFullPath(Path.Combine(folder, given)))
            .FirstOrDefault(place => IsOffered(place) && Directory.Exists(place))
        ?? throw new InputException(
            $"option {option} is '{given}', but must be nano or a base that this server offers or knows (Pipeline:{nameof(ApiOptions.BaseFolders)})");

    private bool IsOffered(string place) =>
        Array.Exists(_folders, folder => place.StartsWith(folder, StringComparison.Ordinal) && place.Length > folder.Length);
}
