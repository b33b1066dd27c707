using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Uploads;

/// <summary>Removes tables that nobody waits for any more, with their borrowers' ids: a process was killed before it could.</summary>
internal sealed class UploadLeftovers(NpgsqlDataSource source, ArtifactStore artifacts, TimeProvider time) : IHostedService
{
    // A table is there a moment before its row.
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = PipelineDatabase.NewContext(source);
        foreach (var upload in artifacts.UploadsBefore(time.GetUtcNow() - Settled))
        {
            if (!await db.Uploads.AnyAsync(u => u.UploadId == upload && u.State == UploadState.Stored, cancellationToken))
            {
                artifacts.RemoveUpload(upload);
            }
        }

        await db.Uploads.Where(u => u.State != UploadState.Stored && u.Artifact != "").ExecuteUpdateAsync(set => set.SetProperty(u => u.Artifact, ""), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
