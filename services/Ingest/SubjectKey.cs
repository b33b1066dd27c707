using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;

namespace ZiGong.Ingest;

/// <summary>The secret that subjects are hashed with: made once, readable by its owner alone.</summary>
public static class SubjectKey
{
    /// <summary>The database's key, from its file; on a database that knows no subject yet the file is made.</summary>
    /// <exception cref="ZiGong.Contracts.InputException">The file is missing or too short, or it is not the key of this database.</exception>
    public static async Task<SubjectHasher> OpenAsync(string path, NpgsqlDataSource source, CancellationToken ct)
    {
        await EnsureAsync(path, source, ct);
        var hasher = SubjectHasher.FromFile(path);
        await RequireAsync(hasher, source, ct);
        return hasher;
    }

    /// <summary>What has to hold before anything is hashed: the key is the database's, and all that is stored is hashed with it.</summary>
    /// <exception cref="ZiGong.Contracts.InputException">It is not the key of this database.</exception>
    public static async Task RequireAsync(SubjectHasher hasher, NpgsqlDataSource source, CancellationToken ct)
    {
        await KeyFingerprint.RequireAsync(source, hasher, ct);
        await StoredHashes.KeyAsync(source, hasher, ct);
    }

    /// <summary>
    /// Makes the key file for a database that knows no subject yet. A lost key is never replaced: with another one every borrower
    /// would become a new subject, on a side of their own.
    /// </summary>
    public static async Task EnsureAsync(string path, NpgsqlDataSource source, CancellationToken ct)
    {
        if (File.Exists(path))
        {
            return;
        }

        await using var command = source.CreateCommand("select exists (select 1 from zigong.subjects) or exists (select 1 from zigong.subject_key)");
        if ((bool)(await command.ExecuteScalarAsync(ct))!)
        {
            return;
        }

        await CreateAsync(path, ct);
    }

    /// <summary>Under a name of its own first: whoever starts at the same time must not read half a key.</summary>
    private static async Task CreateAsync(string path, CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.CreateVersion7():N}");
        try
        {
            await using (var file = new FileStream(temporary, options))
            {
                await file.WriteAsync(RandomNumberGenerator.GetBytes(2 * SubjectHasher.MinimumKeyBytes), ct);
            }

            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process has made it in the meantime.
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

/// <summary>Before the first file is read: makes the key, and stops the host where it is not the database's.</summary>
internal sealed class SubjectKeyAtStart(NpgsqlDataSource source, PipelineOptions options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SubjectKey.EnsureAsync(options.SubjectKeyFile, source, cancellationToken);
        if (File.Exists(options.SubjectKeyFile))
        {
            await SubjectKey.OpenAsync(options.SubjectKeyFile, source, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
