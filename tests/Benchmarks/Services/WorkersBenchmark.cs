using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.Benchmarks.Services;

/// <summary>
/// Shards a second of the extraction stage with two processes of one worker each, against one process, over RabbitMQ and PostgreSQL. The
/// stage is replayed alone (no other service runs), twice: the second time, when the processes have compiled what they need, is measured.
/// </summary>
internal static class WorkersBenchmark
{
    private const int Rounds = 3;

    public static async Task<BenchmarkRow> RunAsync(CancellationToken ct)
    {
        using var database = PostgresServer.Durable();
        using var broker = new RabbitMqServer();
        await using var lab = await Portfolio.NewAsync(database, parts: 8, ct);
        var run = await RunAsync(lab, new RunOptions
        {
            Seed = 7,
            Agent = new AgentOptions { MinimumSteps = 20 },
            Tuning = new TuningOptions { Epochs = 1, MinimumSteps = 10 },
            Evaluation = new EvaluationOptions { Resamples = 100 },
        });
        lab.Options.Transport = "rabbitmq";
        lab.Options.Broker = broker.Uri.ToString();
        var (two, one) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            one.Add(await RateAsync(lab, run, workers: 1));
            two.Add(await RateAsync(lab, run, workers: 2));
            Console.WriteLine($"round {round + 1}: one process {one[^1]:F3} shards/s, two {two[^1]:F3}: {two[^1] / one[^1]:F2} times");
        }

        return new BenchmarkRow(
            "extraction, two processes", "one process", two.Order().ElementAt(Rounds / 2), one.Order().ElementAt(Rounds / 2), "shards/s",
            two.Zip(one, (a, b) => a / b).Order().ElementAt(Rounds / 2), 1.8);
    }

    private static async Task<Guid> RunAsync(Lab lab, RunOptions options)
    {
        await using var host = await AllServices.StartAsync(lab.Options, default);
        var run = await lab.RequestAsync(host, options);
        await lab.UntilAsync(
            async db => await db.Runs.SingleAsync(r => r.RunId == run) is { Status: RunStatus.Completed } over ? over : null, "the run",
            TimeSpan.FromMinutes(20));
        return run;
    }

    private static async Task<double> RateAsync(Lab lab, Guid run, int workers)
    {
        using var services = new ServiceProcesses(Path.Combine(lab.Folder, $"services-{workers}"), lab.Options);
        services.Start(
            "", [.. ServiceProcesses.Names.Where(n => n is not ("Control" or "GradientExtraction")).Select(n => $"{n}=0"), $"GradientExtraction={workers}"]);
        await services.ReadyAsync();
        // The first replay warms up: a process that still compiles takes time from the other's core, and a single one does not.
        await ReplayAsync(lab, run);
        await ReplayAsync(lab, run);
        await using var read = lab.NewContext();
        var ends = await read.WorkUnits.Where(u => u.RunId == run && u.Stage == nameof(Stage.Gradients)).Select(u => u.FinishedAt!.Value).OrderBy(t => t)
            .ToListAsync();
        return (ends.Count - 1) / (ends[^1] - ends[0]).TotalSeconds;
    }

    /// <summary>Waits without taking processor time from what is measured: half a second between two looks.</summary>
    private static async Task ReplayAsync(Lab lab, Guid run)
    {
        int generation;
        await using (var host = await AllServices.StartAsync(lab.Options, default))
        {
            generation =
                (await host.Services.GetRequiredService<RunOperations>().ReplayAsync(
                    new ReplayRequest(run, Stage.Gradients, UnitChoice.All, []), "bench", default)).Generation;
        }

        // Every shard of the stage is ordered at once: the gradients need the agent's checkpoints alone, which are there.
        var watch = Stopwatch.StartNew();
        while (true)
        {
            await using var db = lab.NewContext();
            if (await db.WorkUnits.CountAsync(
                u => u.RunId == run && u.Stage == nameof(Stage.Gradients) && u.State == UnitState.Done && u.Generation == generation)
                == await db.Results.CountAsync(r => r.Stage == nameof(Stage.Gradients)))
            {
                return;
            }

            if (watch.Elapsed > TimeSpan.FromMinutes(20))
            {
                throw new TimeoutException("the replayed shards are not done after 20 minutes");
            }

            await Task.Delay(500);
        }
    }
}
