using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Subjects;
using ZiGong.Storage;

namespace ZiGong.Ingest.Files;

/// <summary>One transaction's worth of a file.</summary>
/// <param name="File">Keyed hash of the file.</param>
/// <param name="SubjectOf">The subject that a refused value would be, if it were a borrower's id.</param>
/// <param name="MeetsEarlier">Some of the rows may be there under an id that an earlier version gave them.</param>
internal sealed record SampleBatch(
    string Dataset, string FileName, string File, IReadOnlyList<Sample> Samples, IReadOnlyList<Rejection> Rejections, Func<string, string> SubjectOf, bool MeetsEarlier,
    DateTimeOffset ArrivedAt)
{
    // A short value is some borrower's id by accident.
    private const int LongEnoughToTell = 4;

    private static readonly NpgsqlDbType[] SampleTypes =
    [
        NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        NpgsqlDbType.Jsonb, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz, NpgsqlDbType.Smallint,
    ];

    private static readonly NpgsqlDbType[] RejectionTypes =
        [NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text];

    /// <returns>Samples added, and older samples superseded by them.</returns>
    public async Task<(long Added, long Superseded)> WriteAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(
            """
            create temporary table if not exists incoming (line integer, sample_id uuid, dataset text, task text, subject text, natural_key text,
                fields jsonb, answer text, observed_at timestamptz, label_known_at timestamptz, pool smallint) on commit delete rows;
            create temporary table if not exists refused (line bigint, field text, reason text, value text, subject text) on commit delete rows
            """);
        var line = 0;
        await BulkCopy.WriteAsync(connection, "incoming", Samples, SampleTypes, s => Row(s, line++), ct);
        await BulkCopy.WriteAsync(connection, "refused", Rejections, RejectionTypes, Row, ct);
        if (MeetsEarlier)
        {
            await ExecuteAsync(
                """
                update incoming i set sample_id = s.sample_id
                from zigong.samples s
                where s.dataset = @dataset and s.natural_key = i.natural_key and s.identity < 3
                  and s.subject = i.subject and s.answer = i.answer and s.fields = i.fields
                  and s.observed_at is not distinct from i.observed_at and s.label_known_at is not distinct from i.label_known_at
                """);
        }

        await ExecuteAsync("insert into zigong.subjects (subject, pool) select distinct subject, pool from incoming order by subject on conflict do nothing");

        // Within a batch the last row of a natural key wins; what it replaces is kept, superseded.
        var added = await ExecuteAsync(
            """
            insert into zigong.samples (sample_id, dataset, task, subject, natural_key, identity, fields, answer, observed_at, label_known_at, arrived_at)
            select sample_id, dataset, task, subject, natural_key, 3, fields, answer, observed_at, label_known_at, @arrived
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
        // A column too many or too few puts a borrower's id in an ordinary field's place.
        await ExecuteAsync(
            """
            insert into zigong.rejections (dataset, file_hash, identity, file_name, line, field, reason, value)
            select @dataset, @hash, 3, @name, line, field, reason,
                case when exists (select 1 from zigong.subjects s where s.subject = refused.subject) then '' else value end
            from refused on conflict do nothing
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
                command.Parameters.AddWithValue("hash", File);
                command.Parameters.AddWithValue("name", FileName);
            }

            return await command.ExecuteNonQueryAsync(ct);
        }
    }

    private object?[] Row(Rejection r) =>
        [r.Line, r.Field, r.Reason, r.Value, r.Value.Length < LongEnoughToTell || r.Value.Contains('\uFFFD') ? null : SubjectOf(r.Value)];

    private static object?[] Row(Sample s, int line) =>
    [
        line, ContentHash.ToGuid(s.Id), s.Dataset, s.Task, s.Subject, s.NaturalKey,
        JsonSerializer.Serialize(s.Fields), s.Answer, s.ObservedAt, s.LabelKnownAt, (short)PoolAssignment.Of(s.Subject),
    ];
}
