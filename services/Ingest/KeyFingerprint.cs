using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Subjects;

namespace ZiGong.Ingest;

/// <summary>
/// The fingerprint of the subject key stands in the database since its first use: with another key every borrower would become a second
/// subject, in a pool of its own, and the same person could be trained on and tested on.
/// </summary>
public static class KeyFingerprint
{
    /// <exception cref="InputException">The database was filled with another key.</exception>
    public static async Task RequireAsync(NpgsqlDataSource source, SubjectHasher hasher, CancellationToken ct)
    {
        if (await FindAsync(source, ct) is not { } noted)
        {
            await using var note = source.CreateCommand("insert into zigong.subject_key (name, fingerprint) values ('subjects', $1) on conflict do nothing");
            note.Parameters.AddWithValue(hasher.Fingerprint);
            await note.ExecuteNonQueryAsync(ct);
            noted = await FindAsync(source, ct);
        }

        if (noted != hasher.Fingerprint)
        {
            throw new InputException(
                $"The subject key (Pipeline:SubjectKeyFile) is not the one that this database was filled with: its fingerprint is {hasher.Fingerprint[..8]}, "
                + $"the database has {noted![..8]}. With another key every borrower would become a second subject: "
                + "give the file that belongs to this database.");
        }
    }

    private static async Task<string?> FindAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var find = source.CreateCommand("select fingerprint from zigong.subject_key");
        return (string?)await find.ExecuteScalarAsync(ct);
    }
}
