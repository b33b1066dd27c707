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
        var hash = await HashAsync(path, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await OneTimePerKey.CheckAsync(descriptor, connection, name, Read(), ct);
        var file = await FileOfRows.BeginAsync(connection, descriptor, Path.GetFileName(name), hasher, hash, ct);
        var totals = new IngestSummary(0, 0, 0, 0, 0, 0) { FileId = file.FileId };
        var results = new List<ReadResult>(BatchRows);
        foreach (var result in Read())
        {
            if (result.Filtered)
            {
                totals = totals with { Filtered = totals.Filtered + 1 };
                continue;
            }

            results.Add(result);
            if (results.Count >= BatchRows)
            {
                totals = await FlushAsync();
            }
        }

        return await FlushAsync();

        IEnumerable<ReadResult> Read() => ReadTable(descriptor, path, name, descriptor.Key.Count == 0 ? hash : "", ct);

        async Task<IngestSummary> FlushAsync()
        {
            var next = await new SampleBatch(file, results, time.GetUtcNow()).WriteAsync(connection, totals, ct);
            PipelineTelemetry.Rejections.Add(next.Rejected - totals.Rejected, new KeyValuePair<string, object?>("dataset", descriptor.Name));
            results.Clear();
            progress?.Report(new IngestProgress(next.Read, 0, new FileInfo(path).Length));
            return next;
        }
    }

    private IEnumerable<ReadResult> ReadTable(DatasetDescriptor descriptor, string path, string name, string contentHash, CancellationToken ct)
    {
        using var table = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        foreach (var result in SampleReader.Read(descriptor, table, name, contentHash, hasher, ct))
        {
            yield return result;
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
