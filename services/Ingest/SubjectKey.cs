using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;

namespace ZiGong.Ingest;

/// <summary>The secret that subjects are hashed with: made once, readable by its owner alone.</summary>
public static class SubjectKey
{
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

        await using var command = source.CreateCommand("select exists (select 1 from zigong.subjects)");
        if ((bool)(await command.ExecuteScalarAsync(ct))!)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(RandomNumberGenerator.GetBytes(2 * SubjectHasher.MinimumKeyBytes), ct);
    }
}

/// <summary>Makes the key before the first file is read.</summary>
internal sealed class SubjectKeyAtStart(NpgsqlDataSource source, PipelineOptions options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => SubjectKey.EnsureAsync(options.SubjectKeyFile, source, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
