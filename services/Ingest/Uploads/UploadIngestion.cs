using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;
using ZiGong.Ingest.Files;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Uploads;

/// <summary>
/// Ingests a stored upload and records what it came to. Ingesting again adds nothing, so an upload that was cut off simply starts
/// over; two workers never read the same one, since each holds an advisory lock on it that goes with its connection.
/// </summary>
public sealed class UploadIngestion(NpgsqlDataSource source, ArtifactStore artifacts, PipelineOptions options, TimeProvider time, ILogger<UploadIngestion> log)
{
    // Locks of two numbers are apart from those of one number in AdvisoryLocks.
    private const int LockSpace = 0x5A47;

    public async Task RunAsync(Guid uploadId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await LockAsync(connection, "select pg_try_advisory_lock($1, hashtext($2))", uploadId, ct))
        {
            return;
        }

        try
        {
            await using var db = PipelineDatabase.NewContext(source);
            if (await db.Uploads.SingleOrDefaultAsync(u => u.UploadId == uploadId, ct) is { State: UploadState.Stored } upload)
            {
                await IngestAsync(db, upload, ct);
            }
        }
        finally
        {
            // A lost connection has lost the lock as well.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await LockAsync(connection, "select pg_advisory_unlock($1, hashtext($2))", uploadId, CancellationToken.None);
            }
        }
    }

    private async Task IngestAsync(PipelineDb db, UploadRow upload, CancellationToken ct)
    {
        try
        {
            var descriptor = DescriptorFile.Parse(upload.Descriptor, $"the descriptor of {upload.FileName}");
            var path = await artifacts.RequireAsync(upload.Artifact, ct);
            await SubjectKey.EnsureAsync(options.SubjectKeyFile, source, ct);
            var ingestion = new FileIngestion(source, SubjectHasher.FromFile(options.SubjectKeyFile), time);
            var summary = await ingestion.RunAsync(descriptor, path, upload.FileName, new RowsRead(source, upload.UploadId), ct);
            await Unfinished(db, upload).ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.State, UploadState.Ingested)
                    .SetProperty(u => u.Read, summary.Read)
                    .SetProperty(u => u.Added, summary.Added)
                    .SetProperty(u => u.Unchanged, summary.Unchanged)
                    .SetProperty(u => u.Superseded, summary.Superseded)
                    .SetProperty(u => u.Rejected, summary.Rejected)
                    .SetProperty(u => u.Filtered, summary.Filtered)
                    .SetProperty(u => u.Error, (string?)null)
                    .SetProperty(u => u.FinishedAt, u => PipelineDb.Now()),
                ct);
        }
        catch (InputException e)
        {
            await FailAsync(db, upload, e.Message, ct);
        }
        catch (DamagedArtifactException e)
        {
            log.LogError(e, "upload {Upload} cannot be ingested", upload.UploadId);
            await FailAsync(db, upload, "the stored file is missing or damaged: upload it again", ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !IsOutage(e))
        {
            await CountAttemptAsync(db, upload, e, ct);
        }
    }

    private async Task CountAttemptAsync(PipelineDb db, UploadRow upload, Exception e, CancellationToken ct)
    {
        log.LogError(e, "ingesting upload {Upload} failed (attempt {Attempt})", upload.UploadId, upload.Attempts + 1);
        var reason = $"the ingestion failed: {e.GetType().Name}; the log of Ingest says more";
        if (upload.Attempts + 1 >= options.MaximumAttempts)
        {
            await FailAsync(db, upload, reason, ct);
            return;
        }

        await Unfinished(db, upload).ExecuteUpdateAsync(set => set.SetProperty(u => u.Attempts, u => u.Attempts + 1).SetProperty(u => u.Error, reason), ct);
    }

    private static Task FailAsync(PipelineDb db, UploadRow upload, string reason, CancellationToken ct) =>
        Unfinished(db, upload).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.State, UploadState.Failed)
                .SetProperty(u => u.Attempts, u => u.Attempts + 1)
                .SetProperty(u => u.Error, reason)
                .SetProperty(u => u.FinishedAt, u => PipelineDb.Now()),
            ct);

    private static IQueryable<UploadRow> Unfinished(PipelineDb db, UploadRow upload) =>
        db.Uploads.Where(u => u.UploadId == upload.UploadId && u.State == UploadState.Stored);

    private static async Task<bool> LockAsync(NpgsqlConnection connection, string sql, Guid uploadId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = LockSpace }, new() { Value = uploadId.ToString("N") } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static bool IsOutage(Exception e) => e is NpgsqlException { IsTransient: true } or (NpgsqlException and not PostgresException);

    /// <summary>Says how far the ingestion is, once a batch.</summary>
    private sealed class RowsRead(NpgsqlDataSource source, Guid uploadId) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value)
        {
            using var update = source.CreateCommand("update zigong.uploads set read = $1 where upload_id = $2 and state = 'Stored'");
            update.Parameters.AddWithValue(value.Read);
            update.Parameters.AddWithValue(uploadId);
            update.ExecuteNonQuery();
        }
    }
}
