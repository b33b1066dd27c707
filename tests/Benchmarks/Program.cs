using ZiGong.Benchmarks;

// Names of what to run (nano, small, mid, ingest); without any, all.
var rows = new List<BenchmarkRow>();
if (args.Length == 0 || args.Contains("ingest"))
{
    rows.Add(await IngestBenchmark.RunAsync(CancellationToken.None));
}

var sizes = args.Where(a => a != "ingest").ToArray();
if (args.Length == 0 || sizes.Length > 0)
{
    rows.AddRange(ExtractionBenchmark.Run(batchSize: 16, sizes));
}

BenchmarkTable.Print(rows, Console.Out);
return 0;
