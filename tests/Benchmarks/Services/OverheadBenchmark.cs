using Microsoft.EntityFrameworkCore;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.Benchmarks.Services;

/// <summary>
/// How much of a run over RabbitMQ and PostgreSQL, one process per service, goes by without any unit being worked on; the same embedded.
/// Rounds are interleaved, each with a seed of its own, so that nothing is reused.
/// </summary>
internal static class OverheadBenchmark
{
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var database = PostgresServer.Durable();
        using var broker = new RabbitMqServer();
        await using var embedded = await Portfolio.NewAsync(database, parts: 3, ct);
        await using var separate = await Portfolio.NewAsync(database, parts: 3, ct);
        embedded.Options.Telemetry = collector.Address;
        separate.Options.Telemetry = collector.Address;
        separate.Options.Transport = "rabbitmq";
        separate.Options.Broker = broker.Uri.ToString();
        using var services = new ServiceProcesses(Path.Combine(separate.Folder, "services"), separate.Options);
        services.Start();
        await services.ReadyAsync();

        // Not measured: everything is compiled, and the data's pages are warm.
        await RunAsync(separate, collector, seed: 100);
        var (ours, theirs) = (new List<RunTimes>(), new List<RunTimes>());
        for (var round = 1; round <= Rounds; round++)
        {
            ours.Add(await RunAsync(separate, collector, round));
            theirs.Add(await RunAsync(embedded, collector, round));
            Console.WriteLine($"round {round}: services {Describe(ours[^1])}; embedded {Describe(theirs[^1])}");
        }

        return
        [
            new BenchmarkRow("services: working", "the run's time", 100 * Median(ours, t => 1 - t.Overhead), 100, "%", Median(ours, t => 1 - t.Overhead), 0.95),
            new BenchmarkRow(
                "embedded: working", "the run's time", 100 * Median(theirs, t => 1 - t.Overhead), 100, "%", Median(theirs, t => 1 - t.Overhead), null),
            new BenchmarkRow(
                "services: runs", "embedded", Median(ours, t => 60 / t.Wall), Median(theirs, t => 60 / t.Wall), "runs/min",
                ours.Zip(theirs, (a, b) => b.Wall / a.Wall).Order().ElementAt(Rounds / 2), null),
            new BenchmarkRow("services: database in units", "", 100 * Median(ours, t => t.Database / t.Work), 0, "% of work", 0, null),
            new BenchmarkRow("embedded: database in units", "", 100 * Median(theirs, t => t.Database / t.Work), 0, "% of work", 0, null),
        ];
    }

    private static async Task<RunTimes> RunAsync(Lab lab, OtlpCollector collector, int seed)
    {
        Guid run;
        await using (var host = await AllServices.StartAsync(lab.Options, default))
        {
            run = await lab.RequestAsync(host, new RunOptions { Seed = seed });
            await lab.UntilAsync(
                async db => await db.Runs.SingleAsync(r => r.RunId == run) is { Status: RunStatus.Completed } over ? over : null, "the end of the run",
                TimeSpan.FromMinutes(20));
        }

        return RunTimes.Of(await SpansAsync(collector, run));
    }

    /// <summary>Spans are sent every few seconds: the last has come when the last unit's has and no more follow.</summary>
    private static async Task<IReadOnlyList<ReceivedSpan>> SpansAsync(OtlpCollector collector, Guid run)
    {
        var trace = run.ToString("N");
        List<ReceivedSpan> Of() => [.. collector.Spans.Where(s => s.Trace == trace)];
        for (var (attempt, before) = (0, -1); attempt < 60; attempt++)
        {
            var spans = Of();
            if (spans.Count == before && spans.Any(s => s.Name == "Model unit" && s.Tag("zigong.outcome") == "committed"))
            {
                return spans;
            }

            before = spans.Count;
            await Task.Delay(TimeSpan.FromSeconds(6));
        }

        throw new TimeoutException($"the spans of run {run} do not arrive");
    }

    private static string Describe(RunTimes t) => $"{t.Wall:F1} s, overhead {t.Overhead:P1}, database {t.Database / t.Work:P1} of the work";

    private static double Median(IEnumerable<RunTimes> times, Func<RunTimes, double> of) => times.Select(of).Order().ElementAt(Rounds / 2);
}
