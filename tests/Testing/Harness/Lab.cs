using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Ingest.Files;
using ZiGong.Ingest.Sealing;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Testing;

/// <summary>
/// A pipeline of its own: database, artifact store and the options of a run that takes seconds. All of them hash subjects with the same key,
/// so that equal files give equal samples.
/// </summary>
public sealed class Lab : IAsyncDisposable
{
    private static readonly Lazy<PostgresServer> Shared = new(() => new PostgresServer());
    private static readonly Lock Gate = new();
    private static Task<Lab>? _ingested;
    private static Task<(Lab Lab, Guid Run)>? _finished;
    private readonly PostgresServer _server;

    private Lab(PostgresServer server, string database)
    {
        _server = server;
        Folder = Directory.CreateTempSubdirectory("zigong-lab-").FullName;
        var key = Path.Combine(Folder, "subject.key");
        File.WriteAllBytes(key, [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        Options = new PipelineOptions
        {
            Database = new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 20 }.ConnectionString,
            Artifacts = Path.Combine(Folder, "artifacts"),
            SubjectKeyFile = key,
            Workers = 2,
            LeaseSeconds = 20,
            SweepSeconds = 0.3,
            MaximumAttempts = 2,
        };
        Source = PipelineDatabase.Open(Options.Database);
    }

    public static RunOptions Small { get; } = new()
    {
        Seed = 7,
        Snapshot = new SnapshotOptions { Periods = 2, Bins = 5 },
        Agent = new AgentOptions { BatchSize = 16, MinimumSteps = 4, SliceSteps = 12, WarmupSteps = 4 },
        Gradients = new GradientOptions { Width = 256 },
        Selection = new SelectionOptions { Size = 0.5, TopShare = 0.3 },
        Tuning = new TuningOptions { Epochs = 1, MinimumSteps = 10, SliceSteps = 6, BatchSize = 16 },
        Evaluation = new EvaluationOptions { Resamples = 100 },
    };

    public string Folder { get; }

    public PipelineOptions Options { get; private init; }

    public NpgsqlDataSource Source { get; }

    /// <summary>The log of the server, which other labs share.</summary>
    public string ServerLog => Path.Combine(_server.Folder, "server.log");

    public ArtifactStore Artifacts => new(Options.Artifacts);

    /// <summary>An empty database of the shared server, or of one of the test's own.</summary>
    public static async Task<Lab> NewAsync(PostgresServer? server = null)
    {
        server ??= Shared.Value;
        var lab = new Lab(server, await server.NewDatabaseAsync());
        await PipelineDatabase.MigrateAsync(lab.Source, default);
        return lab;
    }

    /// <summary>The portfolio is ingested, and cut into three shards per pool; no run yet.</summary>
    public static async Task<Lab> IngestedAsync() => await (await TemplateAsync(ref _ingested, MakeIngestedAsync)).CloneAsync();

    /// <summary>One run with the small options has ended.</summary>
    public static async Task<(Lab Lab, Guid Run)> FinishedAsync()
    {
        var (lab, run) = await TemplateAsync(ref _finished, MakeFinishedAsync);
        return (await lab.CloneAsync(), run);
    }

    public PipelineDb NewContext() => PipelineDatabase.NewContext(Source);

    public Task<IngestSummary> IngestAsync(string file, CancellationToken ct = default) =>
        new FileIngestion(Source, SubjectHasher.FromFile(Options.SubjectKeyFile), TimeProvider.System).RunAsync(Borrowers.Parsed, file, null, ct);

    /// <summary>Ingests the portfolio in three parts and cuts each, so that even a small one has several shards.</summary>
    public async Task IngestPortfolioAsync()
    {
        for (var part = 0; part < 3; part++)
        {
            await IngestAsync(Borrowers.Write(Folder, $"part{part}.csv", Borrowers.Lines.Where((_, i) => i % 3 == part)));
            await ShardCutting.RunAsync(Source, Borrowers.Dataset, default);
        }
    }

    public Task<EmbeddedHost> StartAsync() => AllServices.StartAsync(Options, default);

    public async Task<Guid> RequestAsync(EmbeddedHost host, RunOptions? options = null, string? descriptor = null) =>
        await host.Services.GetRequiredService<RunRequests>().RequestAsync(descriptor ?? Borrowers.Descriptor, options ?? Small, RunKind.Full, default);

    /// <summary>A whole run on a host of its own.</summary>
    public async Task<Guid> RunAsync(RunOptions? options = null)
    {
        await using var host = await StartAsync();
        var run = await RequestAsync(host, options);
        await EndAsync(run);
        return run;
    }

    /// <summary>Goes on with a run on a new host, to its end.</summary>
    public async Task ResumeAsync(Guid run)
    {
        await using var host = await StartAsync();
        await host.Services.GetRequiredService<RunRequests>().ResumeAsync(run, default);
        await EndAsync(run);
    }

    /// <summary>Waits for the end of a run that has to complete.</summary>
    public async Task EndAsync(Guid run)
    {
        var ended = await OverAsync(run);
        if (ended.Status != RunStatus.Completed)
        {
            throw new InvalidOperationException($"run {run} ended as {ended.Status}: {ended.Failure}");
        }
    }

    /// <summary>Waits until a run is over, however it ended.</summary>
    public Task<RunRow> OverAsync(Guid run) => UntilAsync(
        async db => await db.Runs.SingleAsync(r => r.RunId == run) is { Status: not RunStatus.Running } over ? over : null,
        $"the end of run {run}");

    /// <summary>Looks again and again until something is there; an outage in between is none of the test's business.</summary>
    public async Task<T> UntilAsync<T>(Func<PipelineDb, Task<T?>> look, string what, TimeSpan? patience = null)
        where T : class
    {
        var deadline = TimeProvider.System.GetUtcNow() + (patience ?? TimeSpan.FromMinutes(3));
        while (TimeProvider.System.GetUtcNow() < deadline)
        {
            try
            {
                await using var db = NewContext();
                if (await look(db) is { } found)
                {
                    return found;
                }
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
            {
                // The server is away.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"waited in vain for {what}; units: {await DescribeAsync()}");
    }

    public async Task<IReadOnlyList<WorkUnitRow>> UnitsAsync(Guid run)
    {
        await using var db = NewContext();
        return await db.WorkUnits.Where(u => u.RunId == run).OrderBy(u => u.Stage).ThenBy(u => u.Unit).ToListAsync();
    }

    /// <summary>Hash of the artifact that a unit points to.</summary>
    public async Task<string> ContentAsync(WorkUnitRow unit)
    {
        await using var db = NewContext();
        return await db.Results.Where(r => r.Key == unit.Result).Select(r => r.Content).SingleAsync();
    }

    /// <summary>The event that ended a unit.</summary>
    public async Task<T> OutcomeAsync<T>(Guid run, Stage stage, string unit)
    {
        await using var db = NewContext();
        var row = await db.WorkUnits.SingleAsync(u => u.RunId == run && u.Stage == stage.ToString() && u.Unit == unit);
        return JsonSerializer.Deserialize<T>(row.Output!)!;
    }

    /// <summary>What must be the same byte for byte wherever the same run is made.</summary>
    public async Task<RunProducts> ProductsAsync(Guid run)
    {
        var selection = await OutcomeAsync<SamplesSelected>(run, Stage.Selection, "selection");
        await using var db = NewContext();
        var dataset = await db.ResultOfAsync<DatasetSummary>(run, Stage.Dataset, "dataset", default);
        var adapter = await db.PipelineEvents.Where(e => e.RunId == run && e.Type == nameof(AdapterTrained)).OrderBy(e => e.Sequence)
            .Select(e => e.Payload).LastAsync();
        var folder = await Artifacts.RequireFolderAsync(JsonSerializer.Deserialize<AdapterTrained>(adapter)!.Adapter, default);
        return new RunProducts(
            await File.ReadAllTextAsync(await Artifacts.RequireAsync(selection.Selection, default)),
            await File.ReadAllTextAsync(await Artifacts.RequireAsync(dataset.Content, default)),
            await File.ReadAllTextAsync(await Artifacts.RequireAsync(dataset.Summary.Reasons, default)),
            Convert.ToHexStringLower(await File.ReadAllBytesAsync(Path.Combine(folder, "adapter_model.safetensors"))));
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    public async Task<string> TextAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public Task ExecuteAsync(string sql) => Source.CreateCommand(sql).ExecuteNonQueryAsync();

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Made once in a test run; tests get copies of it.</summary>
    private static Task<T> TemplateAsync<T>(ref Task<T>? made, Func<Task<T>> make)
    {
        lock (Gate)
        {
            return made ??= make();
        }
    }

    private static async Task<Lab> MakeIngestedAsync()
    {
        var lab = RemovedAtTheEnd(await NewAsync());
        await lab.IngestPortfolioAsync();
        return lab;
    }

    private static async Task<(Lab Lab, Guid Run)> MakeFinishedAsync()
    {
        var lab = RemovedAtTheEnd(await IngestedAsync());
        return (lab, await lab.RunAsync());
    }

    private static Lab RemovedAtTheEnd(Lab lab)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(lab.Folder, recursive: true);
        return lab;
    }

    private async Task<Lab> CloneAsync()
    {
        // A database with connections cannot be copied; the source opens new ones when it is asked again.
        Source.Clear();
        var clone = new Lab(_server, await _server.CloneDatabaseAsync(Options.Database));
        if (Directory.Exists(Options.Artifacts))
        {
            foreach (var file in Directory.EnumerateFiles(Options.Artifacts, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(clone.Options.Artifacts, Path.GetRelativePath(Options.Artifacts, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        return clone;
    }

    private async Task<string> DescribeAsync()
    {
        await using var db = NewContext();
        var units = await db.WorkUnits.Where(u => u.State != UnitState.Done).ToListAsync();
        return string.Join("; ", units.Select(u => $"{u.Stage} {u.Unit} {u.State} attempts {u.Attempts} {u.Error}"));
    }
}

/// <summary>Selection and data set files and the adapter's weights.</summary>
public sealed record RunProducts(string Selection, string Dataset, string Reasons, string Adapter);
