using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Ingest.Files;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Uploads;

/// <summary>
/// Ingests a stored upload and records what it came to; one that was cut off simply starts over. The uploads of a data set are taken in one
/// after the other in the order in which they came, under the data set's lock: what came last stands, so an older table that is read again after a
/// newer one would undo its corrections.
/// </summary>
public sealed class UploadIngestion(NpgsqlDataSource source, ArtifactStore artifacts, PipelineOptions options, TimeProvider time, ILogger<UploadIngestion> log)
{
    public async Task RunAsync(Guid uploadId, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        if (await db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.UploadId == uploadId, ct) is not { State: UploadState.Stored, Dataset: var dataset })
        {
            return;
        }

        if (await IngestIfNextAsync(db, uploadId, dataset, ct))
        {
            await ReleaseNextAsync(source, dataset, ct);
        }
    }

    /// <returns>False where somebody else has the data set, or an earlier upload comes first.</returns>
    private async Task<bool> IngestIfNextAsync(PipelineDb db, Guid uploadId, string dataset, CancellationToken ct)
    {
        await using var held = await DatasetLock.TryTakeAsync(source, dataset, ct);
        var next = held is null
            ? null
            : await db.Uploads.Where(u => u.Dataset == dataset && u.State == UploadState.Stored)
                .OrderBy(u => u.UploadedAt).ThenBy(u => u.UploadId).FirstOrDefaultAsync(ct);
        if (next?.UploadId != uploadId)
        {
            return false;
        }

        await IngestAsync(db, next, ct);
        await ForgetFileAsync(db, next, ct);
        return true;
    }

    /// <summary>The next upload of the data set need not wait until its order is repeated.</summary>
    internal static async Task ReleaseNextAsync(NpgsqlDataSource source, string dataset, CancellationToken ct)
    {
        await using var release = source.CreateCommand(
            "update zigong.uploads set next_order_at = now() where dataset = $1 and state = 'Stored' and attempts = 0");
        release.Parameters.AddWithValue(dataset);
        await release.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// The table itself holds borrowers' ids in clear, which are never kept: once it is taken in, or cannot be, it goes, and the hash of its bytes with it.
    /// </summary>
    private async Task ForgetFileAsync(PipelineDb db, UploadRow upload, CancellationToken ct)
    {
        var done = db.Uploads.Where(u => u.UploadId == upload.UploadId && u.State != UploadState.Stored);
        if (await done.ExecuteUpdateAsync(set => set.SetProperty(u => u.Artifact, ""), ct) == 0)
        {
            return;
        }

        artifacts.RemoveUpload(upload.UploadId);
        if (!upload.Apart && !await db.Uploads.AnyAsync(u => u.Artifact == upload.Artifact && u.State == UploadState.Stored, ct))
        {
            artifacts.Remove(upload.Artifact);
        }
    }

    private async Task IngestAsync(PipelineDb db, UploadRow upload, CancellationToken ct)
    {
        try
        {
            var descriptor = DescriptorFile.Parse(upload.Descriptor, $"the descriptor of {upload.FileName}");
            var path = upload.Apart
                ? await artifacts.RequireUploadAsync(upload.UploadId, upload.Artifact, ct)
                : await artifacts.RequireAsync(upload.Artifact, ct);
            var ingestion = new FileIngestion(source, await SubjectKey.OpenAsync(options.SubjectKeyFile, source, ct), time);
            var summary = await ingestion.RunLockedAsync(descriptor, path, upload.FileName, new RowsRead(source, upload.UploadId), ct);
            await Unfinished(db, upload).ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.State, UploadState.Ingested)
                    .SetProperty(u => u.FileId, summary.FileId)
                    .SetProperty(u => u.Read, summary.Read)
                    .SetProperty(u => u.Added, summary.Added)
                    .SetProperty(u => u.Unchanged, summary.Unchanged)
                    .SetProperty(u => u.Superseded, summary.Superseded)
                    .SetProperty(u => u.Moved, summary.Moved)
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
        catch (Exception e) when (!ct.IsCancellationRequested && Outage.IsSlowCommand(e))
        {
            // Where the database answers nothing else either, counting throws: an outage, and no attempt.
            await CountAttemptAsync(db, upload, new SlowCommandException(e), ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !Outage.OfDatabase(e))
        {
            await CountAttemptAsync(db, upload, e, ct);
        }
    }

    private async Task CountAttemptAsync(PipelineDb db, UploadRow upload, Exception e, CancellationToken ct)
    {
        log.LogError(e, "ingesting upload {Upload} failed (attempt {Attempt})", upload.UploadId, upload.Attempts + 1);
        var reason = e is SlowCommandException ? e.Message : $"the ingestion failed: {e.GetType().Name}; the log of Ingest says more";
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
