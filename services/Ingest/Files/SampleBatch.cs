using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.Storage;

namespace ZiGong.Ingest.Files;

/// <summary>One transaction's worth of a file.</summary>
internal sealed class SampleBatch(FileOfRows file, IReadOnlyList<ReadResult> results, DateTimeOffset arrivedAt)
{
    private const string Tables =
        """
        create temporary table if not exists incoming (place integer, sample_id uuid, dataset text, task text, subject text, natural_key text, former_key text,
            fields jsonb, answer text, observed_at timestamptz, label_known_at timestamptz, pool smallint) on commit delete rows;
        create temporary table if not exists refused (line bigint, field text, reason text, value text, subject text) on commit delete rows
        """;

    // Rows of earlier versions: first their names become those of now, then the rows that are the same take their ids.
    private const string MeetEarlier =
        """
        update zigong.samples s set natural_key = i.natural_key, identity = 2
        from (select distinct former_key, natural_key from incoming) i
        where s.dataset = @dataset and s.natural_key = i.former_key and s.identity = 1;
        update incoming i set sample_id = s.sample_id
        from zigong.samples s
        where s.dataset = @dataset and s.natural_key = i.natural_key and s.identity < 3
          and s.subject = i.subject and s.answer = i.answer and s.fields = i.fields
          and s.observed_at is not distinct from i.observed_at and s.label_known_at is not distinct from i.label_known_at
        """;

    private const string Subjects = "insert into zigong.subjects (subject, pool) select distinct subject, pool from incoming order by subject on conflict do nothing";

    // Within a batch the last row of a natural key wins; what it replaces is kept, superseded.
    private const string Add =
        """
        insert into zigong.samples (sample_id, dataset, task, subject, natural_key, identity, fields, answer, observed_at, label_known_at, arrived_at)
        select sample_id, dataset, task, subject, natural_key, 3, fields, answer, observed_at, label_known_at, @arrived
        from (select distinct on (sample_id) * from incoming order by sample_id, place) as once
        order by place
        on conflict (sample_id) do nothing
        """;

    private const string Revive =
        """
        update zigong.samples s set superseded_by = null, withdrawn_at = null, arrived_at = @arrived, arrival = nextval('zigong.sample_arrivals')
        from (select distinct on (natural_key) sample_id from incoming order by natural_key, place desc) last
        where s.sample_id = last.sample_id and (s.superseded_by is not null or s.withdrawn_at is not null)
        """;

    private const string Supersede =
        """
        with gone as (
            update zigong.samples older set superseded_by = newest.sample_id
            from (
                select distinct on (s.natural_key) s.natural_key, s.sample_id, s.arrival, s.observed_at
                from zigong.samples s join incoming i on s.dataset = @dataset and s.natural_key = i.natural_key
                where s.withdrawn_at is null
                order by s.natural_key, s.arrival desc
            ) newest
            where older.dataset = @dataset and older.natural_key = newest.natural_key
              and older.arrival < newest.arrival and older.superseded_by is null and older.withdrawn_at is null
            returning older.observed_at is distinct from newest.observed_at as moved
        )
        select count(*), count(*) filter (where moved) from gone
        """;

    // What the file gave when it was taken in before stays noted with it.
    private const string Note =
        """
        insert into zigong.file_samples (file_id, part, samples)
        select @file, @part, array_agg(sample_id order by place) from incoming having count(*) > 0
        on conflict (file_id, part) do update
            set samples = array(select unnest(file_samples.samples) except select unnest(excluded.samples)) || excluded.samples
            where file_samples.samples <> excluded.samples
        """;

    // A column too many or too few puts a borrower's id in an ordinary field's place. The limit has each looked up by itself, not all subjects read.
    private const string Refuse =
        """
        insert into zigong.rejections (dataset, file_hash, identity, file_name, line, field, reason, value)
        select @dataset, @hash, 3, @name, line, field, reason, coalesce((select '' from zigong.subjects s where s.subject = refused.subject limit 1), value)
        from refused on conflict do nothing
        """;

    private static readonly NpgsqlDbType[] SampleTypes =
    [
        NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        NpgsqlDbType.Jsonb, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz, NpgsqlDbType.Smallint,
    ];

    private static readonly NpgsqlDbType[] RejectionTypes =
        [NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text];

    private readonly int _part = file.NextPart();

    /// <returns>What the file came to so far, with this batch.</returns>
    public async Task<IngestSummary> WriteAsync(NpgsqlConnection connection, IngestSummary before, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, Tables, ct);
        var place = 0;
        await BulkCopy.WriteAsync(connection, "incoming", results.Where(r => r.Sample is not null), SampleTypes, r => Row(r, place++), ct);
        await BulkCopy.WriteAsync(connection, "refused", results.Select(r => r.Rejection).OfType<Rejection>(), RejectionTypes, Row, ct);
        if (file.MeetsEarlier)
        {
            await ExecuteAsync(connection, MeetEarlier, ct);
        }

        await ExecuteAsync(connection, Subjects, ct);
        var added = await ExecuteAsync(connection, Add, ct);
        var revived = await ExecuteAsync(connection, Revive, ct);
        var (superseded, moved) = added + revived == 0 && !file.MeetsEarlier ? (0, 0) : await SupersedeAsync(connection, ct);
        await ExecuteAsync(connection, Note, ct);
        await ExecuteAsync(connection, Refuse, ct);
        await transaction.CommitAsync(ct);
        return before with
        {
            Read = before.Read + results.Count,
            Added = before.Added + added,
            Unchanged = before.Unchanged + place - added,
            Superseded = before.Superseded + superseded,
            Moved = before.Moved + moved,
            Rejected = before.Rejected + results.Count - place,
        };
    }

    private async Task<(long Superseded, long Moved)> SupersedeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Command(connection, Supersede);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        if (sql.Contains('@', StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue("arrived", arrivedAt);
            command.Parameters.AddWithValue("dataset", file.Dataset);
            command.Parameters.AddWithValue("hash", file.Key);
            command.Parameters.AddWithValue("name", file.Name);
            command.Parameters.AddWithValue("file", file.FileId);
            command.Parameters.AddWithValue("part", _part);
        }

        return command;
    }

    private object?[] Row(Rejection r) => [r.Line, r.Field, r.Reason, r.Value, file.SubjectOf(r.Value)];

    private static object?[] Row(ReadResult result, int place)
    {
        var s = result.Sample!;
        return
        [
            place, ContentHash.ToGuid(s.Id), s.Dataset, s.Task, s.Subject, s.NaturalKey, result.FormerKey ?? s.NaturalKey,
            JsonSerializer.Serialize(s.Fields), s.Answer, s.ObservedAt, s.LabelKnownAt, (short)PoolAssignment.Of(s.Subject),
        ];
    }
}
