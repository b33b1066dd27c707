using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.SystemTests.Torture;

/// <summary>
/// Servers, services and two pipelines of the same portfolio: one made in this process and never disturbed, one made by separate processes
/// while things break.
/// </summary>
internal sealed class Arena : IAsyncDisposable
{
    private readonly DiskOfItsOwn _disk;
    private readonly Lab _reference;

    private Arena(PostgresServer database, RabbitMqServer broker, Lab reference, Lab tortured, DiskOfItsOwn disk, Announcements announcements)
    {
        Database = database;
        Broker = broker;
        _reference = reference;
        Lab = tortured;
        _disk = disk;
        Announcements = announcements;
        Services = new ServiceProcesses(Path.Combine(tortured.Folder, "services"), tortured.Options);
    }

    public PostgresServer Database { get; }

    public RabbitMqServer Broker { get; }

    public Lab Lab { get; }

    /// <summary>The pipeline that nothing disturbs.</summary>
    public Lab Reference => _reference;

    public ServiceProcesses Services { get; }

    public Announcements Announcements { get; }

    public Tally Tally { get; } = new();

    public static async Task<Arena> NewAsync()
    {
        var database = new PostgresServer();
        var broker = new RabbitMqServer();
        var reference = await Lab.IngestedAsync();
        var tortured = await Lab.NewAsync(database);
        var disk = new DiskOfItsOwn(Path.Combine(tortured.Folder, "artifacts"));
        tortured.Options.Transport = "rabbitmq";
        tortured.Options.Broker = broker.Uri.ToString();
        tortured.Options.LeaseSeconds = 4;
        tortured.Options.SweepSeconds = 1;
        tortured.Options.MaximumAttempts = 5;
        await tortured.IngestPortfolioAsync();
        return new Arena(database, broker, reference, tortured, disk, await Announcements.SubscribeAsync(broker));
    }

    /// <summary>One run with faults at seeded points of its progress, and the same run undisturbed; what differs goes into the tally.</summary>
    public async Task RoundAsync(long seed, IReadOnlyList<Fault> faults, SeededRandom random, Func<SeededRandom, string>? victim = null)
    {
        var options = Lab.Small with { Seed = seed };
        var undisturbed = await _reference.RunAsync(options);
        var units = (await _reference.UnitsAsync(undisturbed)).Count;
        Tally.Rounds++;

        var run = await RequestAsync(options);
        var wiped = false;
        foreach (var (fault, after) in faults.Zip(faults.Select(_ => random.NextInt(units - 1)).Order()))
        {
            await ReachAsync(run, after);
            wiped |= fault == Fault.WipeBroker;
            if (await new Inflicting(this, _disk, random, victim).DoAsync(fault, run))
            {
                Tally.Add(fault.ToString());
            }
        }

        await FinishAsync(run);
        await CompareAsync(run, undisturbed, wiped);
    }

    /// <summary>A run by the services, to its end.</summary>
    /// <param name="meanwhile">What happens once it is under way.</param>
    public async Task<Guid> RunAsync(RunOptions options, Action? meanwhile = null)
    {
        var run = await RequestAsync(options);
        meanwhile?.Invoke();
        await FinishAsync(run);
        return run;
    }

    /// <summary>What the services logged and what stands in the broker's queues: the folders are gone when the test has ended.</summary>
    private string Evidence(Guid run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"zigong-torture-{run:N}"));
        foreach (var log in Directory.EnumerateFiles(Path.Combine(Lab.Folder, "services"), "*.log"))
        {
            File.Copy(log, Path.Combine(folder.FullName, Path.GetFileName(log)), overwrite: true);
        }

        File.WriteAllText(Path.Combine(folder.FullName, "queues.txt"), Broker.Queues());
        return folder.FullName;
    }

    public async ValueTask DisposeAsync()
    {
        Services.Dispose();
        await Announcements.DisposeAsync();
        _disk.Dispose();
        await Lab.DisposeAsync();
        await _reference.DisposeAsync();
        Broker.Dispose();
        Database.Dispose();
    }

    private async Task<Guid> RequestAsync(RunOptions options)
    {
        await using var host = await AllServices.StartAsync(Lab.Options, default);
        host.IsFollower.ShouldBeTrue("the services do the work");
        return await Lab.RequestAsync(host, options);
    }

    private Task ReachAsync(Guid run, int units) => Lab.UntilAsync(
        async db => await db.WorkUnits.CountAsync(u => u.RunId == run && u.State == UnitState.Done) >= units
            || await db.Runs.AnyAsync(r => r.RunId == run && r.Status != RunStatus.Running) ? "" : null,
        $"{units} finished units");

    private async Task FinishAsync(Guid run)
    {
        for (var retry = 0; ; retry++)
        {
            var ended = await EndAsync(run);
            if (ended.Status == RunStatus.Completed)
            {
                Tally.Finished++;
                return;
            }

            // The operator's part: the cause (a full disk) is gone, the failed unit gets fresh attempts.
            retry.ShouldBeLessThan(3, $"{ended.Failure}\n{Services.Logs()}");
            Tally.Retried++;
            await using var host = await AllServices.StartAsync(Lab.Options, default);
            await host.Services.GetRequiredService<RunRequests>().ResumeAsync(run, default);
        }
    }

    /// <summary>A run that moves is only slow, on a machine that does much else; one in which nothing happens for minutes is stuck.</summary>
    private async Task<RunRow> EndAsync(Guid run)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddMinutes(20);
        for (var seen = ""; ;)
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"run {run} moves, but does not end: {seen}\nlogs and queues: {Evidence(run)}");
            }

            try
            {
                var (row, movement) = await Lab.UntilAsync(
                    async db =>
                        await LookAsync(db, run) is var (now, moved) && (now.Status != RunStatus.Running || moved != seen) ? Tuple.Create(now, moved) : null,
                    $"the end or any movement of run {run} after: {seen}");
                if (row.Status != RunStatus.Running)
                {
                    return row;
                }

                seen = movement;
                await Task.Delay(200);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"{e.Message}\nlogs and queues: {Evidence(run)}", e);
            }
        }
    }

    /// <summary>The run, and in a word what its units have come to.</summary>
    private static async Task<(RunRow Run, string Movement)> LookAsync(PipelineDb db, Guid run)
    {
        var units = await db.WorkUnits.Where(u => u.RunId == run).OrderBy(u => u.Stage).ThenBy(u => u.Unit).ToListAsync();
        var open = units.Where(u => u.State != UnitState.Done).Select(u => $"{u.Stage} {u.Unit} {u.State} {u.Done}/{u.Total}, attempts {u.Attempts}");
        return (await db.Runs.SingleAsync(r => r.RunId == run), $"{units.Count(u => u.State == UnitState.Done)} units done; {string.Join("; ", open)}");
    }

    private async Task CompareAsync(Guid run, Guid undisturbed, bool wiped)
    {
        var mine = await Lab.OutcomeAsync<SamplesSelected>(run, Stage.Selection, "selection");
        var theirs = await _reference.OutcomeAsync<SamplesSelected>(undisturbed, Stage.Selection, "selection");
        Tally.SelectionsThatDiffer += mine.Selection == theirs.Selection ? 0 : 1;

        var events = await EventsAsync(Lab, run);
        var expected = await EventsAsync(_reference, undisturbed);
        Tally.MessagesLost += expected.Keys.Count(e => !events.ContainsKey(e));
        Tally.AdaptersThatDiffer += AdapterOf(events) == AdapterOf(expected) ? 0 : 1;

        foreach (var count in (string[])["samples", "snapshot_members", "selection_members", "partial_scores"])
        {
            var sql = $"select count(*) from zigong.{count}";
            Tally.SamplesLostOrDoubled += (int)Math.Abs(await Lab.CountAsync(sql) - await _reference.CountAsync(sql));
        }

        // What a wiped broker held for a subscriber is gone with it: he reads the table of events.
        if (!wiped && !await IsAnnouncedAsync(run))
        {
            Tally.MessagesLost++;
        }
    }

    /// <summary>Whether a subscriber hears of a run's model within half a minute.</summary>
    public async Task<bool> IsAnnouncedAsync(Guid run)
    {
        for (var attempt = 0; attempt < 150; attempt++)
        {
            if (Announcements.Announced.ContainsKey(run))
            {
                return true;
            }

            await Task.Delay(200);
        }

        return false;
    }

    private static async Task<Dictionary<(string Type, string Unit), string>> EventsAsync(Lab lab, Guid run)
    {
        await using var db = lab.NewContext();
        var rows = await db.PipelineEvents.Where(e => e.RunId == run && e.Type != nameof(StageFailed)).OrderBy(e => e.Sequence).ToListAsync();
        return rows.GroupBy(e => (e.Type, e.Unit)).ToDictionary(g => g.Key, g => g.Last().Payload);
    }

    private static string AdapterOf(Dictionary<(string Type, string Unit), string> events) =>
        System.Text.Json.JsonSerializer.Deserialize<AdapterTrained>(events.Single(e => e.Key.Type == nameof(AdapterTrained)).Value)!.Adapter;
}
