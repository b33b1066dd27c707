using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>What taking a file back comes to.</summary>
/// <param name="Samples">Samples that the file gave.</param>
/// <param name="Withdrawn">Those that counted and count no more.</param>
/// <param name="Kept">Those that go on counting, since another file has them too.</param>
/// <param name="Restored">Older samples that count again, since a correction of theirs is gone.</param>
/// <param name="DryRun">Nothing was changed.</param>
public sealed record WithdrawSummary(long FileId, string Dataset, string FileName, long Samples, long Withdrawn, long Kept, long Restored, bool DryRun);

/// <summary>
/// Takes the samples of a file out of everything that follows. Snapshots that are sealed keep what they have, so that a run stays what it was. The
/// same file taken in again counts again.
/// </summary>
public sealed class Withdrawals(NpgsqlDataSource source, TimeProvider time)
{
    // Of each row's samples the one that the last file names that still counts stands; one that no file names is of an earlier version and counts.
    private const string Judge =
        """
        create temporary table judged (sample_id uuid, stood boolean, counts boolean, given boolean, stands boolean, standing uuid) on commit drop;
        insert into judged
        with given as (
            select distinct u.sample_id from zigong.file_samples p, unnest(p.samples) as u (sample_id) where p.file_id = @file
        ), touched as (
            select distinct s.natural_key from given join zigong.samples s using (sample_id)
        ), candidates as (
            select s.sample_id, s.natural_key, s.arrival, s.superseded_by is null and s.withdrawn_at is null as stood
            from touched join zigong.samples s on s.dataset = @dataset and s.natural_key = touched.natural_key
        ), named as (
            select distinct on (c.sample_id) c.sample_id, f.file_id <> @file and f.withdrawn_at is null as counts, f.arrival, p.part, u.place
            from zigong.files f join zigong.file_samples p using (file_id), unnest(p.samples) with ordinality as u (sample_id, place) join candidates c using (sample_id)
            where f.dataset = @dataset
            order by c.sample_id, (f.file_id <> @file and f.withdrawn_at is null) desc, f.arrival desc, p.part desc, u.place desc
        ), ranked as (
            select c.sample_id, c.natural_key, c.stood, coalesce(n.counts, true) as counts, c.sample_id in (select sample_id from given) as given,
                row_number() over (
                    partition by c.natural_key
                    order by coalesce(n.counts, true) desc, coalesce(n.arrival, c.arrival) desc, coalesce(n.part, 0) desc, coalesce(n.place, 0) desc) as rank
            from candidates c left join named n using (sample_id)
        )
        select r.sample_id, r.stood, r.counts, r.given, r.counts and r.rank = 1, top.sample_id
        from ranked r left join ranked top on top.natural_key = r.natural_key and top.rank = 1 and top.counts
        """;

    private const string Apply =
        """
        update zigong.samples s set
            withdrawn_at = case when j.counts then null else coalesce(s.withdrawn_at, @now) end,
            superseded_by = case when j.stands then null else j.standing end,
            arrival = case when j.stands and not j.stood then nextval('zigong.sample_arrivals') else s.arrival end
        from judged j
        where s.sample_id = j.sample_id and (j.stands <> j.stood or not j.counts or s.superseded_by is distinct from j.standing and not j.stands)
        """;

    /// <summary>Files by the keyed hash of their content, one a data set.</summary>
    public async Task<IReadOnlyList<FileRow>> FindAsync(string fileHash, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.Files.Where(f => f.FileHash == fileHash).OrderBy(f => f.Dataset).ToListAsync(ct);
    }

    /// <summary>Files that came in under this name, the newest first.</summary>
    public async Task<IReadOnlyList<FileRow>> NamedAsync(string fileName, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.Files.Where(f => f.FileName == fileName && f.WithdrawnAt == null).OrderByDescending(f => f.Arrival).ToListAsync(ct);
    }

    /// <exception cref="InputException">There is no such upload, or it is not taken in, or an earlier version did that.</exception>
    public async Task<long> OfUploadAsync(Guid uploadId, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.Uploads.SingleOrDefaultAsync(u => u.UploadId == uploadId, ct) switch
        {
            null => throw new InputException($"there is no upload {uploadId}"),
            { FileId: { } file } => file,
            { State: UploadState.Ingested } => throw new InputException(
                $"upload {uploadId} was taken in by a version that did not note which samples came from it: upload the same file again, then withdraw that"),
            { State: UploadState.Failed } => throw new InputException($"upload {uploadId} was not taken in: there is nothing to withdraw"),
            _ => throw new InputException($"upload {uploadId} is not taken in yet: withdraw it when it is"),
        };
    }

    /// <param name="actor">Who the audit names.</param>
    /// <param name="waiting">Called once, if the data set is being changed by somebody else, whose end is waited for; null for who cannot wait.</param>
    /// <exception cref="InputException">There is no such file, or it is withdrawn already, or who cannot wait would have to.</exception>
    public async Task<WithdrawSummary> RunAsync(long fileId, bool dryRun, string actor, Action? waiting, CancellationToken ct)
    {
        var dataset = (await FileAsync(fileId, ct)).Dataset;
        await using var held = waiting is not null
            ? await DatasetLock.TakeAsync(source, dataset, waiting, time, ct)
            : await DatasetLock.TryTakeAsync(source, dataset, ct) ?? throw new InputException($"a table of {dataset} is being taken in: try again when that is done");

        // Looked at again under the lock: who had it may have withdrawn the file.
        var file = await FileAsync(fileId, ct) is { WithdrawnAt: null } counts
            ? counts
            : throw new InputException($"file {fileId} is withdrawn already; taken in again it counts again");
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, Judge, file, ct);
        await ExecuteAsync(connection, "analyze judged", file, ct);
        var summary = await CountAsync(connection, file, dryRun, ct);
        if (dryRun)
        {
            return summary;
        }

        await ExecuteAsync(connection, Apply, file, ct);
        await ExecuteAsync(connection, "update zigong.files set withdrawn_at = @now where file_id = @file", file, ct);
        await NoteAsync(connection, summary, actor, ct);
        await transaction.CommitAsync(ct);
        return summary;
    }

    private async Task<FileRow> FileAsync(long fileId, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.Files.SingleOrDefaultAsync(f => f.FileId == fileId, ct) ?? throw new InputException($"there is no file {fileId}");
    }

    private static async Task<WithdrawSummary> CountAsync(NpgsqlConnection connection, FileRow file, bool dryRun, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select count(*) filter (where given), count(*) filter (where stood and not stands and not counts), count(*) filter (where given and stands),
                count(*) filter (where stands and not stood)
            from judged
            """,
            connection);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new WithdrawSummary(file.FileId, file.Dataset, file.FileName, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), dryRun);
    }

    private async Task NoteAsync(NpgsqlConnection connection, WithdrawSummary summary, string actor, CancellationToken ct)
    {
        await using var note = new NpgsqlCommand(
            "insert into zigong.audit (actor, action, target, details, occurred_at) values ($1, 'withdraw', $2, $3::jsonb, $4)", connection);
        note.Parameters.AddWithValue(actor);
        note.Parameters.AddWithValue($"file {summary.FileId}");
        note.Parameters.AddWithValue(JsonSerializer.Serialize(new { summary.Dataset, summary.FileName, summary.Withdrawn, summary.Kept, summary.Restored }));
        note.Parameters.AddWithValue(time.GetUtcNow());
        await note.ExecuteNonQueryAsync(ct);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, FileRow file, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("file", file.FileId);
        command.Parameters.AddWithValue("dataset", file.Dataset);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await command.ExecuteNonQueryAsync(ct);
    }
}
