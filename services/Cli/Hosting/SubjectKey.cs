using System.Security.Cryptography;
using Npgsql;
using ZiGong.Credit.Subjects;

namespace ZiGong.Cli.Hosting;

/// <summary>The key that subjects are hashed with.</summary>
public static class SubjectKey
{
    /// <summary>
    /// Reads the key file, and makes one on first use. Once there are subjects a missing file is an error: under another key
    /// every borrower would become a new one.
    /// </summary>
    /// <exception cref="Contracts.InputException">The file is missing although subjects are stored, or too short.</exception>
    public static async Task<SubjectHasher> EnsureAsync(string path, NpgsqlDataSource source, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            await using var command = source.CreateCommand("select not exists (select 1 from zigong.subjects)");
            if (await command.ExecuteScalarAsync(ct) is true)
            {
                Create(path);
            }
        }

        return SubjectHasher.FromFile(path);
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(RandomNumberGenerator.GetBytes(32));
    }
}
