using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting.Telemetry;
using ZiGong.Storage;

namespace ZiGong.Ingest.Files;

/// <summary>How far an ingestion is.</summary>
public sealed record IngestProgress(long Read, long Bytes, long TotalBytes);

/// <summary>What a file came to.</summary>
/// <param name="Read">Samples and rejections that the file gave.</param>
/// <param name="Unchanged">Samples that were there already.</param>
/// <param name="Superseded">Older samples whose place a correction took.</param>
/// <param name="Filtered">Rows that the descriptor's filters leave out.</param>
public sealed record IngestSummary(long Read, long Added, long Unchanged, long Superseded, long Rejected, long Filtered);

/// <summary>
/// Takes a file into the database in constant memory: batches go in by binary COPY, each in a transaction of its own. The same
/// file twice adds nothing; a corrected row supersedes the one it corrects; a bad row becomes a rejection.
/// </summary>
public sealed class FileIngestion(NpgsqlDataSource source, SubjectHasher hasher, TimeProvider time)
{
    private const int BatchRows = 8192;

    /// <exception cref="InputException">The file is missing, empty, or does not fit the descriptor; or the key is not the database's.</exception>
    public Task<IngestSummary> RunAsync(DatasetDescriptor descriptor, string path, IProgress<IngestProgress>? progress, CancellationToken ct) =>
        RunAsync(descriptor, path, path, progress, ct);

    /// <summary>The same for a file that does not lie under the name that people know it by.</summary>
    /// <param name="name">The file's name in messages and rejections.</param>
    public async Task<IngestSummary> RunAsync(
        DatasetDescriptor descriptor, string path, string name, IProgress<IngestProgress>? progress, CancellationToken ct)
    {
        await KeyFingerprint.RequireAsync(source, hasher, ct);
        var fileHash = await HashAsync(path, ct);
        var totals = new IngestSummary(0, 0, 0, 0, 0, 0);
        var samples = new List<Sample>(BatchRows);
        var rejections = new List<Rejection>();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var table = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        var identity = descriptor.Key.Count == 0 ? fileHash : "";
        foreach (var result in SampleReader.Read(descriptor, table, name, identity, hasher, ct))
        {
            if (result.Filtered)
            {
                totals = totals with { Filtered = totals.Filtered + 1 };
                continue;
            }

            if (result.Sample is { } sample)
            {
                samples.Add(sample);
            }
            else
            {
                rejections.Add(result.Rejection!);
            }

            if (samples.Count + rejections.Count >= BatchRows)
            {
                totals = await FlushAsync();
            }
        }

        return await FlushAsync();

        async Task<IngestSummary> FlushAsync()
        {
            var batch = new SampleBatch(descriptor.Name, Path.GetFileName(name), fileHash, samples, rejections, time.GetUtcNow());
            var (added, superseded) = await batch.WriteAsync(connection, ct);
            var next = totals with
            {
                Read = totals.Read + samples.Count + rejections.Count,
                Added = totals.Added + added,
                Unchanged = totals.Unchanged + samples.Count - added,
                Superseded = totals.Superseded + superseded,
                Rejected = totals.Rejected + rejections.Count,
            };
            PipelineTelemetry.Rejections.Add(rejections.Count, new KeyValuePair<string, object?>("dataset", descriptor.Name));
            samples.Clear();
            rejections.Clear();
            progress?.Report(new IngestProgress(next.Read, 0, new FileInfo(path).Length));
            return next;
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            throw new InputException(Directory.Exists(path)
                ? $"{path} is a folder, not a file"
                : $"{path}: there is no such file");
        }

        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
    }
}

/// <summary>One transaction's worth of a file.</summary>
internal sealed record SampleBatch(
    string Dataset, string FileName, string FileHash, IReadOnlyList<Sample> Samples, IReadOnlyList<Rejection> Rejections, DateTimeOffset ArrivedAt)
{
    private static readonly NpgsqlDbType[] SampleTypes =
    [
        NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        NpgsqlDbType.Jsonb, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz, NpgsqlDbType.Smallint,
    ];

    private static readonly NpgsqlDbType[] RejectionTypes =
        [NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text];

    /// <returns>Samples added, and older samples superseded by them.</returns>
    public async Task<(long Added, long Superseded)> WriteAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(
            """
            create temporary table if not exists incoming (line integer, sample_id uuid, dataset text, task text, subject text, natural_key text,
                fields jsonb, answer text, observed_at timestamptz, label_known_at timestamptz, pool smallint) on commit delete rows;
            create temporary table if not exists refused (line bigint, field text, reason text, value text) on commit delete rows
            """);
        var line = 0;
        await BulkCopy.WriteAsync(connection, "incoming", Samples, SampleTypes, s => Row(s, line++), ct);
        await BulkCopy.WriteAsync(connection, "refused", Rejections, RejectionTypes, r => [r.Line, r.Field, r.Reason, r.Value], ct);
        await ExecuteAsync("insert into zigong.subjects (subject, pool) select distinct subject, pool from incoming order by subject on conflict do nothing");

        // Within a batch the last row of a natural key wins; what it replaces is kept, superseded.
        var added = await ExecuteAsync(
            """
            insert into zigong.samples (sample_id, dataset, task, subject, natural_key, fields, answer, observed_at, label_known_at, arrived_at)
            select sample_id, dataset, task, subject, natural_key, fields, answer, observed_at, label_known_at, @arrived
            from (select distinct on (sample_id) * from incoming order by sample_id, line) as once
            order by line
            on conflict (sample_id) do nothing
            """);
        var revived = await ExecuteAsync(
            """
            update zigong.samples s set superseded_by = null, arrived_at = @arrived, arrival = nextval('zigong.sample_arrivals')
            from (select distinct on (dataset, natural_key) sample_id from incoming order by dataset, natural_key, line desc) last
            where s.sample_id = last.sample_id and s.superseded_by is not null
            """);
        var superseded = added + revived == 0 ? 0 : await ExecuteAsync(
            """
            update zigong.samples older set superseded_by = newest.sample_id
            from (
                select distinct on (s.dataset, s.natural_key) s.dataset, s.natural_key, s.sample_id, s.arrival
                from zigong.samples s join incoming i on s.dataset = i.dataset and s.natural_key = i.natural_key
                order by s.dataset, s.natural_key, s.arrival desc
            ) newest
            where older.dataset = newest.dataset and older.natural_key = newest.natural_key
              and older.arrival < newest.arrival and older.superseded_by is null
            """);
        await ExecuteAsync(
            """
            insert into zigong.rejections (dataset, file_hash, file_name, line, field, reason, value)
            select @dataset, @hash, @name, line, field, reason, value from refused on conflict do nothing
            """);
        await transaction.CommitAsync(ct);
        return (added, superseded);

        async Task<int> ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            if (sql.Contains('@', StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue("arrived", ArrivedAt);
                command.Parameters.AddWithValue("dataset", Dataset);
                command.Parameters.AddWithValue("hash", FileHash);
                command.Parameters.AddWithValue("name", FileName);
            }

            return await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static object?[] Row(Sample s, int line) =>
    [
        line, ContentHash.ToGuid(s.Id), s.Dataset, s.Task, s.Subject, s.NaturalKey,
        JsonSerializer.Serialize(s.Fields), s.Answer, s.ObservedAt, s.LabelKnownAt, (short)PoolAssignment.Of(s.Subject),
    ];
}
