using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Simulation;
using ZiGong.Credit.Subjects;
using ZiGong.Ingest.Files;
using ZiGong.Storage;
using ZiGong.Testing;

namespace ZiGong.Benchmarks;

/// <summary>
/// Rows a second from a CSV file into the database (parsing, checks, hashing, corrections, indexes) against a plain binary COPY of
/// the same samples into a bare table. Rounds are interleaved; every round has a database of its own.
/// </summary>
public static class IngestBenchmark
{
    private const int Rounds = 3;

    public static async Task<BenchmarkRow> RunAsync(CancellationToken ct)
    {
        using var server = new PostgresServer();
        var folder = Directory.CreateTempSubdirectory("zigong-bench-").FullName;
        try
        {
            var file = Path.Combine(folder, "simulated.csv");
            await using (var csv = new StreamWriter(file))
            {
                CreditSimulator.Write(new SimulationOptions { Borrowers = 6000 }, csv, TextWriter.Null, ct);
            }

            var (ours, plain) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                ours.Add(await IngestAsync(server, file, ct));
                plain.Add(await CopyAsync(server, file, ct));
            }

            var ratios = ours.Zip(plain, (a, b) => a / b).Order().ToArray();
            return new BenchmarkRow(
                "ingest", "plain COPY", ours.Order().ElementAt(Rounds / 2), plain.Order().ElementAt(Rounds / 2), "rows/s", ratios[Rounds / 2], null);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> IngestAsync(PostgresServer server, string file, CancellationToken ct)
    {
        await using var source = PipelineDatabase.Open(await server.NewDatabaseAsync());
        await PipelineDatabase.MigrateAsync(source, ct);
        var watch = Stopwatch.StartNew();
        var summary = await new FileIngestion(source, Hasher(), TimeProvider.System).RunAsync(DescriptorFile.Load("simulated"), file, progress: null, ct);
        return summary.Added / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> CopyAsync(PostgresServer server, string file, CancellationToken ct)
    {
        await using var source = PipelineDatabase.Open(await server.NewDatabaseAsync());
        var samples = SampleReader.Read(DescriptorFile.Load("simulated"), file, Hasher(), ct).Where(r => r.Sample is not null).Select(r => r.Sample!).ToList();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var create = new NpgsqlCommand("create table bare (id uuid, subject text, fields jsonb, answer text)", connection))
        {
            await create.ExecuteNonQueryAsync(ct);
        }

        var json = samples.ConvertAll(s => System.Text.Json.JsonSerializer.Serialize(s.Fields));
        var row = 0;
        var watch = Stopwatch.StartNew();
        await BulkCopy.WriteAsync(
            connection, "bare", samples, [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Jsonb, NpgsqlDbType.Text],
            s => [ContentHash.ToGuid(s.Id), s.Subject, json[row++], s.Answer], ct);
        return samples.Count / watch.Elapsed.TotalSeconds;
    }

    private static SubjectHasher Hasher() => new(new byte[SubjectHasher.MinimumKeyBytes]);
}
