using ZiGong.Benchmarks;
using ZiGong.Benchmarks.Services;

// Names of what to run: nano, small, mid, trained, ingest; without any, all of these. The last two take minutes and want the
// machine for themselves: overhead, workers.
var rows = new List<BenchmarkRow>();
if (args.Length == 0 || args.Contains("ingest"))
{
    rows.Add(await IngestBenchmark.RunAsync(CancellationToken.None));
}

if (args.Contains("overhead"))
{
    rows.AddRange(await OverheadBenchmark.RunAsync(CancellationToken.None));
}

if (args.Contains("workers"))
{
    rows.Add(await WorkersBenchmark.RunAsync(CancellationToken.None));
}

var sizes = args.Where(a => a is not ("ingest" or "overhead" or "workers")).ToArray();
if (args.Length == 0 || sizes.Length > 0)
{
    rows.AddRange(ExtractionBenchmark.Run(batchSize: 16, sizes));
}

BenchmarkTable.Print(rows, Console.Out);
return 0;
