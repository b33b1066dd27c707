using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.Storage;

/// <summary>
/// Files named by the SHA-256 of their content. A file appears whole or not at all (temporary name, flush, rename), and its
/// checksum is verified the first time a process reads it; a damaged file counts as absent.
/// </summary>
public sealed class ArtifactStore
{
    private const string ManifestName = "manifest.json";
    private readonly string _root;
    private readonly ConcurrentDictionary<string, (long Length, DateTime Written)> _verified = new();

    public ArtifactStore(string root)
    {
        _root = Path.GetFullPath(root);
        Directory.CreateDirectory(Path.Combine(_root, "tmp"));
    }

    /// <summary>Stores what <paramref name="write"/> writes; returns its hash (64 hex digits).</summary>
    /// <exception cref="IOException">The disk is full or cannot be written; nothing half-written is left under the final name.</exception>
    public async Task<string> PutAsync(Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        var hash = await WriteAsync(write, FilePath, ct);
        _verified[hash] = Stamp(FilePath(hash));
        return hash;
    }

    /// <summary>
    /// Keeps a table that came from outside until its rows are taken in, under its upload's id and apart from the artifacts: it goes again, and
    /// another file of the same bytes must not go with it.
    /// </summary>
    /// <returns>The hash of its content.</returns>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public Task<string> PutUploadAsync(Guid upload, Func<Stream, CancellationToken, Task> write, CancellationToken ct) =>
        WriteAsync(write, _ => UploadPath(upload), ct);

    /// <summary>Path of an upload whose content is still what came.</summary>
    /// <exception cref="DamagedArtifactException">It is missing or its checksum does not match.</exception>
    public async Task<string> RequireUploadAsync(Guid upload, string hash, CancellationToken ct)
    {
        var path = UploadPath(upload);
        return File.Exists(path) && await HashOfAsync(path, ct) == hash ? path : throw new DamagedArtifactException(hash, path);
    }

    /// <summary>Removes an upload; nothing happens when it is not there.</summary>
    public void RemoveUpload(Guid upload)
    {
        if (File.Exists(UploadPath(upload)))
        {
            File.Delete(UploadPath(upload));
        }
    }

    /// <summary>Uploads that lie there since before a time.</summary>
    public IReadOnlyList<Guid> UploadsBefore(DateTimeOffset time) => new DirectoryInfo(Path.Combine(_root, "uploads")) is { Exists: true } folder
        ? [.. folder.EnumerateFiles().Where(f => f.LastWriteTimeUtc < time.UtcDateTime && Guid.TryParseExact(f.Name, "N", out _))
            .Select(f => Guid.ParseExact(f.Name, "N"))]
        : [];

    public Task<string> PutAsync(ReadOnlyMemory<byte> content, CancellationToken ct) =>
        PutAsync((stream, token) => stream.WriteAsync(content, token).AsTask(), ct);

    /// <summary>
    /// Stores a folder of files; its hash is that of its manifest (file name to content hash). The files lie side by side under
    /// <see cref="FolderPath"/>, so that other tools can load the folder as it is.
    /// </summary>
    public async Task<string> PutFolderAsync(string source, CancellationToken ct)
    {
        var manifest = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            manifest[Path.GetFileName(file)] = await HashOfAsync(file, ct);
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest);
        var hash = ContentHash.Of(bytes);
        if (await HasFolderAsync(hash, ct))
        {
            return hash;
        }

        var temporary = Path.Combine(_root, "tmp", Guid.CreateVersion7().ToString("N"));
        try
        {
            await CopyAsync(source, manifest.Keys, temporary, ct);
            await File.WriteAllBytesAsync(Path.Combine(temporary, ManifestName), bytes, ct);
            var path = FolderPath(hash);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (Directory.Exists(path) && !await HasFolderAsync(hash, ct))
            {
                // A damaged folder of the same name: out of the way first, since a rename does not replace a folder.
                Directory.Move(path, $"{temporary}-damaged");
            }

            try
            {
                Directory.Move(temporary, path);
            }
            catch (IOException) when (Directory.Exists(path))
            {
                // Another process has put the same content there in the meantime.
            }

            return hash;
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new IOException($"the artifact store {_root} has no space left: free some, then resume the run", e);
        }
        finally
        {
            foreach (var leftover in new[] { temporary, $"{temporary}-damaged" }.Where(Directory.Exists))
            {
                Directory.Delete(leftover, recursive: true);
            }
        }
    }

    private static async Task CopyAsync(string source, IEnumerable<string> names, string target, CancellationToken ct)
    {
        Directory.CreateDirectory(target);
        foreach (var name in names)
        {
            await using var from = File.OpenRead(Path.Combine(source, name));
            await using var to = new FileStream(Path.Combine(target, name), FileMode.CreateNew);
            await from.CopyToAsync(to, ct);
            to.Flush(flushToDisk: true);
        }
    }

    /// <summary>Whether the artifact is there and undamaged.</summary>
    public async Task<bool> HasAsync(string hash, CancellationToken ct)
    {
        var path = FilePath(hash);
        if (!File.Exists(path))
        {
            return false;
        }

        if (_verified.TryGetValue(hash, out var stamp) && stamp == Stamp(path))
        {
            return true;
        }

        if (await HashOfAsync(path, ct) != hash)
        {
            return false;
        }

        _verified[hash] = Stamp(path);
        return true;
    }

    /// <summary>The same, read anew whatever this process has seen before: for whoever suspects damage.</summary>
    public Task<bool> VerifyAsync(string hash, CancellationToken ct)
    {
        _verified.TryRemove(hash, out _);
        return HasAsync(hash, ct);
    }

    /// <summary>Whether the folder is there and every file in it undamaged.</summary>
    public async Task<bool> HasFolderAsync(string hash, CancellationToken ct)
    {
        var manifestPath = Path.Combine(FolderPath(hash), ManifestName);
        if (!File.Exists(manifestPath))
        {
            return false;
        }

        var bytes = await File.ReadAllBytesAsync(manifestPath, ct);
        if (ContentHash.Of(bytes) != hash)
        {
            return false;
        }

        foreach (var (name, expected) in JsonSerializer.Deserialize<SortedDictionary<string, string>>(bytes)!)
        {
            var path = Path.Combine(FolderPath(hash), name);
            if (!File.Exists(path))
            {
                return false;
            }

            if (await HashOfAsync(path, ct) != expected)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Path of a verified artifact.</summary>
    /// <exception cref="DamagedArtifactException">It is missing or its checksum does not match.</exception>
    public async Task<string> RequireAsync(string hash, CancellationToken ct) =>
        await HasAsync(hash, ct) ? FilePath(hash) : throw new DamagedArtifactException(hash, FilePath(hash));

    /// <summary>Path of a verified folder.</summary>
    /// <exception cref="DamagedArtifactException">It is missing, or the checksum of one of its files does not match.</exception>
    public async Task<string> RequireFolderAsync(string hash, CancellationToken ct) =>
        await HasFolderAsync(hash, ct) ? FolderPath(hash) : throw new DamagedArtifactException(hash, FolderPath(hash));

    /// <summary>Removes an artifact that must not be kept; nothing happens when it is not there.</summary>
    public void Remove(string hash)
    {
        _verified.TryRemove(hash, out _);
        File.Delete(FilePath(hash));
    }

    public string FolderPath(string hash) => Path.Combine(_root, "folders", Checked(hash));

    public Uri FolderUri(string hash) => new(FolderPath(hash));

    private async Task<string> WriteAsync(Func<Stream, CancellationToken, Task> write, Func<string, string> pathOf, CancellationToken ct)
    {
        var temporary = Path.Combine(_root, "tmp", Guid.CreateVersion7().ToString("N"));
        try
        {
            string hash;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                await write(file, ct);
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
                file.Position = 0;
                hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
            }

            var path = pathOf(hash);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
            return hash;
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new IOException($"the artifact store {_root} has no space left: free some, then resume the run", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<string> HashOfAsync(string path, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
    }

    private string UploadPath(Guid upload) => Path.Combine(_root, "uploads", upload.ToString("N"));

    private string FilePath(string hash) => Path.Combine(_root, "files", Checked(hash)[..2], hash);

    // Names come out of the database and, with replay commands, from people: nothing but a hash may become part of a path.
    private static string Checked(string hash) =>
        hash.Length == 64 && hash.AsSpan().IndexOfAnyExcept(HexDigits) < 0
            ? hash
            : throw new ArgumentException($"'{hash}' is not the hash of an artifact", nameof(hash));

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static (long Length, DateTime Written) Stamp(string path)
    {
        var info = new FileInfo(path);
        return (info.Length, info.LastWriteTimeUtc);
    }

    private static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) is 28 or 112 || e.Message.Contains("No space left", StringComparison.Ordinal);
}

/// <summary>An artifact is missing or its content does not match its name. Its producer's unit has to be done again.</summary>
public sealed class DamagedArtifactException(string hash, string path)
    : Exception($"artifact {hash} is missing or damaged ({path})")
{
    public string Hash { get; } = hash;
}
