using System.Globalization;
using ZiGong.Credit.Simulation;
using ZiGong.Ingest.Sealing;
using ZiGong.Testing;

namespace ZiGong.Benchmarks.Services;

/// <summary>A pipeline with a simulated portfolio, its rows cut into shards as nightly deliveries would.</summary>
internal static class Portfolio
{
    /// <summary>2,000 give about 5,000 training samples; <c>ZIGONG_BENCH_BORROWERS</c> sets another number for a look.</summary>
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("ZIGONG_BENCH_BORROWERS") ?? "2000", CultureInfo.InvariantCulture);

    /// <param name="parts">Deliveries: each ends with a shard per pool.</param>
    public static async Task<Lab> NewAsync(PostgresServer server, int parts, CancellationToken ct)
    {
        var lab = await Lab.NewAsync(server);
        lab.Options.Workers = 1;
        lab.Options.LeaseSeconds = 60;
        lab.Options.SweepSeconds = 5;
        await using var table = new StringWriter();
        CreditSimulator.Write(new SimulationOptions { Borrowers = Count }, table, TextWriter.Null, ct);
        var rows = table.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        for (var part = 0; part < parts; part++)
        {
            await lab.IngestAsync(Borrowers.Write(lab.Folder, $"part{part}.csv", rows.Where((_, i) => i % parts == part)), ct);
            await ShardCutting.RunAsync(lab.Source, Borrowers.Dataset, ct);
        }

        return lab;
    }
}
