using System.Security.Cryptography;

namespace ZiGong.AllInOne.Fidelity;

/// <summary>
/// Results of an experiment as files named by the key of what they follow from: found again, nothing is done twice. A file begins with the SHA-256 of
/// the rest and appears whole or not at all; a damaged one counts as absent.
/// </summary>
public sealed class KeyedResults
{
    private readonly string _folder;

    public KeyedResults(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Null: not there, or damaged.</summary>
    public async Task<byte[]?> FindAsync(string key, CancellationToken ct)
    {
        if (!File.Exists(PathOf(key)))
        {
            return null;
        }

        var bytes = await File.ReadAllBytesAsync(PathOf(key), ct);
        return bytes.Length >= SHA256.HashSizeInBytes && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
            ? bytes[SHA256.HashSizeInBytes..]
            : null;
    }

    public async Task PutAsync(string key, byte[] content, CancellationToken ct)
    {
        var temporary = $"{PathOf(key)}.{Guid.CreateVersion7():N}.tmp";
        try
        {
            await File.WriteAllBytesAsync(temporary, [.. SHA256.HashData(content), .. content], ct);
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public string PathOf(string key) => Path.Combine(_folder, key);
}
