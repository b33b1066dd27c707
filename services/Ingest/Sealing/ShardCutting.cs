using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Storage;

namespace ZiGong.Ingest.Sealing;

/// <summary>A shard to be: samples of one data set and pool in order of arrival.</summary>
public sealed record CutShard(string ShardId, Pool Pool, IReadOnlyList<(Guid SampleId, long Sequence)> Samples);

/// <summary>Cuts what has arrived since the last sealing into immutable shards.</summary>
public static class ShardCutting
{
    /// <summary>Samples in a shard at most: the unit of work and reuse.</summary>
    public const int MaximumSamples = 1024;

    /// <summary>Per pool, in order of arrival; the id is the hash of the samples' ids, so equal content gives equal shards.</summary>
    public static IReadOnlyList<CutShard> Cut(string dataset, IEnumerable<(Guid SampleId, long Sequence, Pool Pool)> uncut) =>
        [.. uncut
            .GroupBy(s => s.Pool)
            .OrderBy(g => g.Key)
            .SelectMany(g => g.OrderBy(s => s.Sequence).Chunk(MaximumSamples).Select(samples => new CutShard(
                ContentHash.Id(["shard", dataset, $"{(int)g.Key}", .. samples.Select(s => ContentHash.FromGuid(s.SampleId))]),
                g.Key,
                [.. samples.Select(s => (s.SampleId, s.Sequence))])))];

    /// <summary>Cuts and stores, one sealing at a time; a second call finds nothing left to cut.</summary>
    public static async Task RunAsync(NpgsqlDataSource source, string dataset, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var take =
            new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = AdvisoryLocks.Sealing } } })
        {
            await take.ExecuteNonQueryAsync(ct);
        }

        var uncut = new List<(Guid, long, Pool)>();
        await using (var query = new NpgsqlCommand(
            "select s.sample_id, s.sequence, u.pool from zigong.samples s join zigong.subjects u using (subject) where s.dataset = $1 and s.shard_id is null",
            connection,
            transaction))
        {
            query.Parameters.AddWithValue(dataset);
            await using var rows = await query.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                uncut.Add((rows.GetGuid(0), rows.GetInt64(1), (Pool)rows.GetInt16(2)));
            }
        }

        foreach (var shard in Cut(dataset, uncut))
        {
            await StoreAsync(connection, transaction, dataset, shard, ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static async Task StoreAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string dataset, CutShard shard, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand(
            """
            with cut as (
                insert into zigong.shards (shard_id, dataset, pool, first_sequence, last_sequence, samples) values (@id, @dataset, @pool, @first, @last, @count)
            )
            update zigong.samples set shard_id = @id where dataset = @dataset and shard_id is null and sequence = any(@samples)
            """,
            connection,
            transaction);
        insert.Parameters.AddWithValue("id", shard.ShardId);
        insert.Parameters.AddWithValue("dataset", dataset);
        insert.Parameters.AddWithValue("pool", (short)shard.Pool);
        insert.Parameters.AddWithValue("first", shard.Samples[0].Sequence);
        insert.Parameters.AddWithValue("last", shard.Samples[^1].Sequence);
        insert.Parameters.AddWithValue("count", shard.Samples.Count);
        insert.Parameters.AddWithValue("samples", shard.Samples.Select(s => s.Sequence).ToArray());
        await insert.ExecuteNonQueryAsync(ct);
    }
}
