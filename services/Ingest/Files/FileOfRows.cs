using Npgsql;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;

namespace ZiGong.Ingest.Files;

/// <summary>The file that is being taken in.</summary>
internal sealed class FileOfRows
{
    private readonly SubjectHasher _hasher;
    private readonly string _space;
    private int _parts;

    private FileOfRows(DatasetDescriptor descriptor, string name, SubjectHasher hasher, string key, (long FileId, bool MeetsEarlier) stored)
    {
        (Dataset, Name, Key, _space, _hasher) = (descriptor.Name, name, key, descriptor.SubjectSpace, hasher);
        (FileId, MeetsEarlier) = stored;
    }

    public long FileId { get; }

    public string Dataset { get; }

    public string Name { get; }

    /// <summary>Keyed hash of the content.</summary>
    public string Key { get; }

    /// <summary>The data set has samples of earlier versions, whose keys and ids were made in another way.</summary>
    public bool MeetsEarlier { get; }

    /// <summary>Notes the file, as the newest arrival of its data set; one that was withdrawn counts again.</summary>
    /// <param name="contentHash">SHA-256 of its bytes.</param>
    public static async Task<FileOfRows> BeginAsync(
        NpgsqlConnection connection, DatasetDescriptor descriptor, string name, SubjectHasher hasher, string contentHash, CancellationToken ct)
    {
        var key = hasher.FileKey(contentHash);
        await using var note = new NpgsqlCommand(
            """
            insert into zigong.files (dataset, file_hash, file_name) values (@dataset, @hash, @name)
            on conflict (dataset, file_hash) do update
                set file_name = excluded.file_name, arrival = nextval('zigong.sample_arrivals'), taken_in_at = now(), withdrawn_at = null
            returning file_id, exists (select 1 from zigong.samples where dataset = @dataset and identity < 3)
            """,
            connection);
        note.Parameters.AddWithValue("dataset", descriptor.Name);
        note.Parameters.AddWithValue("hash", key);
        note.Parameters.AddWithValue("name", name);
        await using var row = await note.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new FileOfRows(descriptor, name, hasher, key, (row.GetInt64(0), row.GetBoolean(1)));
    }

    /// <summary>Number of the next batch.</summary>
    public int NextPart() => _parts++;

    /// <summary>The subject that a refused value would be, if it were a borrower's id; null where it cannot be one, or only by accident.</summary>
    public string? SubjectOf(string value) => value.Length < 4 || value.Contains('\uFFFD') ? null : _hasher.Hash(_space, value);
}
