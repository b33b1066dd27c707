using ZiGong.Contracts;
using ZiGong.Credit.Templates;
using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>
/// Names of base models. A base is <c>nano</c>, the hash of a folder artifact (the nano that this pipeline made) or the path of a Hugging Face
/// folder that somebody gave.
/// </summary>
public static class Bases
{
    public static bool IsNano(string baseModel) => baseModel == "nano" || IsArtifact(baseModel);

    /// <summary>Whether a base is shown instructions in words (or their bytes) rather than one token a field.</summary>
    public static bool ReadsWords(string baseModel, TemplatingOptions templating) => !IsNano(baseModel) || templating.Nano == NanoReading.Words;

    /// <summary>
    /// Where the base of a stored checkpoint or adapter lies for a run: what was found by its key may have been made
    /// from another copy of the run's own folder.
    /// </summary>
    public static string PlaceOf(string stored, string ofRun) => IsArtifact(stored) ? stored : ofRun;

    /// <summary>Where the base's files lie.</summary>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static async Task<string> BaseFolderAsync(this ArtifactStore artifacts, string baseModel, CancellationToken ct)
    {
        if (IsArtifact(baseModel))
        {
            return await artifacts.RequireFolderAsync(baseModel, ct);
        }

        return Directory.Exists(baseModel)
            ? baseModel
            : throw new InputException($"base model '{baseModel}' is neither nano nor a folder; give the path of a Hugging Face Mistral folder");
    }

    private static bool IsArtifact(string baseModel) => baseModel.Length == 64 && baseModel.All(char.IsAsciiHexDigitLower);
}
