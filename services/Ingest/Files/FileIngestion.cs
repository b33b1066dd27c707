using System.Security.Cryptography;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting.Telemetry;
using ZiGong.Ingest.Uploads;
using ZiGong.Storage;

namespace ZiGong.Ingest.Files;

/// <summary>How far an ingestion is.</summary>
/// <param name="Waiting">Another ingestion of the data set has to end first.</param>
public sealed record IngestProgress(long Read, long Bytes, long TotalBytes, bool Waiting = false);

/// <summary>What a file came to.</summary>
/// <param name="Read">Samples and rejections that the file gave.</param>
/// <param name="Unchanged">Samples that were there already.</param>
/// <param name="Superseded">Older samples whose place a correction took.</param>
/// <param name="Filtered">Rows that the descriptor's filters leave out.</param>
public sealed record IngestSummary(long Read, long Added, long Unchanged, long Superseded, long Rejected, long Filtered);

/// <summary>
/// Takes a file into the database in constant memory: batches go in by binary COPY, each in a transaction of its own. The same
/// file twice adds nothing; a corrected row supersedes the one it corrects; a bad row becomes a rejection. One file of a data set at a time.
/// </summary>
public sealed class FileIngestion(NpgsqlDataSource source, SubjectHasher hasher, TimeProvider time)
{
    private const int BatchRows = 8192;

    /// <exception cref="InputException">The file is missing, empty, or does not fit the descriptor; or the key is not the database's.</exception>
    public async Task<IngestSummary> RunAsync(DatasetDescriptor descriptor, string path, IProgress<IngestProgress>? progress, CancellationToken ct)
    {
        await SubjectKey.RequireAsync(hasher, source, ct);
        var waiting = new IngestProgress(0, 0, 0, Waiting: true);
        IngestSummary summary;
        await using (await DatasetLock.TakeAsync(source, descriptor.Name, () => progress?.Report(waiting), time, ct))
        {
            summary = await RunLockedAsync(descriptor, path, path, progress, ct);
        }

        await UploadIngestion.ReleaseNextAsync(source, descriptor.Name, ct);
        return summary;
    }

    /// <summary>The same for who has the data set's lock, and for a file that does not lie under the name that people know it by.</summary>
    /// <param name="name">The file's name in messages and rejections.</param>
    internal async Task<IngestSummary> RunLockedAsync(
        DatasetDescriptor descriptor, string path, string name, IProgress<IngestProgress>? progress, CancellationToken ct)
    {
        var fileHash = await HashAsync(path, ct);
        var totals = new IngestSummary(0, 0, 0, 0, 0, 0);
        var samples = new List<Sample>(BatchRows);
        var rejections = new List<Rejection>();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var table = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        var identity = descriptor.Key.Count == 0 ? fileHash : "";
        var meetsEarlier = await MeetsEarlierAsync(connection, descriptor.Name, ct);
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
            var batch = new SampleBatch(
                descriptor.Name, Path.GetFileName(name), hasher.FileKey(fileHash), samples, rejections, value => hasher.Hash(descriptor.SubjectSpace, value), meetsEarlier,
                time.GetUtcNow());
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

    /// <summary>Whether the data set has samples of earlier versions, whose ids were made in another way.</summary>
    private static async Task<bool> MeetsEarlierAsync(NpgsqlConnection connection, string dataset, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select 1 from zigong.samples where dataset = $1 and identity < 3)", connection);
        command.Parameters.AddWithValue(dataset);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
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
