using System.Collections.Concurrent;
using System.Security.Cryptography;
using ZiGong.Contracts;
using ZiGong.ModelFiles;

namespace ZiGong.Pipeline;

/// <summary>
/// Names given base folders by what their files hold, so that neither a path nor a file's time is part of a key. Hashing 14 GB takes a minute: what a
/// folder hashed to is remembered, in the process and in a small file beside the artifacts, until one of its files looks otherwise.
/// </summary>
/// <param name="memory">Folder of the small files; null remembers in the process alone.</param>
public sealed class BaseFolders(string? memory) : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    // Units of a run begin together, and one reading is enough for all of them.
    private readonly SemaphoreSlim _reading = new(1);

    /// <summary>Hash of the files that shape the model: 64 hex digits.</summary>
    /// <exception cref="InputException">There is no such folder, a file of it is missing, or it changes while it is read.</exception>
    public async Task<string> ContentAsync(string folder, CancellationToken ct)
    {
        var looks = LooksOf(folder);
        if (Known(looks) is { } known)
        {
            return known;
        }

        await _reading.WaitAsync(ct);
        try
        {
            return Known(looks) ?? await ReadAsync(folder, looks, ct);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>A folder that was read before, has this content and is still as it was; null where there is none.</summary>
    public string? PlaceOf(string content) => memory is null || !Directory.Exists(memory)
        ? null
        : Directory.EnumerateFiles(memory).Order(StringComparer.Ordinal).Select(f => (Looks: Path.GetFileName(f), Note: File.ReadAllLines(f)))
            .Where(n => n.Note is [var hash, var folder] && hash == content && IsStill(folder, n.Looks))
            .Select(n => n.Note[1])
            .FirstOrDefault();

    public void Dispose() => _reading.Dispose();

    private static bool IsStill(string folder, string looks)
    {
        try
        {
            return LooksOf(folder) == looks;
        }
        catch (InputException)
        {
            return false;
        }
    }

    private async Task<string> ReadAsync(string folder, string looks, CancellationToken ct)
    {
        var parts = new List<string> { "base" };
        foreach (var file in ModelFolder.Files(folder))
        {
            await using var stream = new FileStream(
                Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            parts.Add(file);
            parts.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct)));
        }

        if (LooksOf(folder) != looks)
        {
            throw new InputException($"base folder {folder} changes while it is read: wait until it is whole, then go on with the run");
        }

        var content = ContentHash.Of(parts);
        Remember(looks, content, folder);
        return content;
    }

    private string? Known(string looks)
    {
        if (_known.TryGetValue(looks, out var known))
        {
            return known;
        }

        return memory is not null && Path.Combine(memory, looks) is var note && File.Exists(note)
            && File.ReadLines(note).FirstOrDefault() is { Length: 64 } content
            ? _known[looks] = content
            : null;
    }

    private void Remember(string looks, string content, string folder)
    {
        _known[looks] = content;
        if (memory is null)
        {
            return;
        }

        Directory.CreateDirectory(memory);
        var note = Path.Combine(memory, looks);
        File.WriteAllLines($"{note}.{Environment.ProcessId}", [content, Path.GetFullPath(folder)]);
        File.Move($"{note}.{Environment.ProcessId}", note, overwrite: true);
    }

    /// <summary>Whatever a change of a file would change, without reading it.</summary>
    private static string LooksOf(string folder) => ContentHash.Of(
        [Path.GetFullPath(folder), .. ModelFolder.Files(folder).Select(f => $"{f} {FileLooks.Of(Path.Combine(folder, f))}")]);
}
