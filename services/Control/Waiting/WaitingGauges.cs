using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting.Telemetry;
using ZiGong.Hosting;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Stages;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.Control.Waiting;

/// <summary>
/// Gauges of what waits, as the database has it: <c>zigong.queue.age</c> and <c>zigong.queue.units</c> per stage (0 where nothing waits) and
/// <c>zigong.announcements.waiting</c>. While nobody listens, nothing is read.
/// </summary>
public sealed class WaitingGauges : BackgroundService
{
    private static readonly KeyValuePair<string, object?>[] Stages = 
        [.. StageCatalogue.All.Select(s => new KeyValuePair<string, object?>("stage", s.Stage.ToString()))];
    private readonly Meter _meter = new(PipelineTelemetry.Name, CodeVersions.Product);
    private readonly ObservableGauge<double> _age;
    private readonly NpgsqlDataSource _source;
    private readonly Announcer _announcer;
    private readonly TimeSpan _pause;
    private readonly TimeProvider _time;
    private readonly ILogger<WaitingGauges> _log;
    private readonly FirstTimes<Guid> _unreadable = new();
    private volatile Standing? _standing;

    public WaitingGauges(NpgsqlDataSource source, Announcer announcer, PipelineOptions options, TimeProvider time, ILogger<WaitingGauges> log)
    {
        _source = source;
        _announcer = announcer;
        _pause = TimeSpan.FromSeconds(options.SweepSeconds);
        _time = time;
        _log = log;
        _age = _meter.CreateObservableGauge("zigong.queue.age", () => OfStages(s => s.Ages), "s", "Age of the oldest unit that waits for a worker.");
        _meter.CreateObservableGauge("zigong.queue.units", () => OfStages(s => s.Counts), "{unit}", "Units that wait for a worker.");
        _meter.CreateObservableGauge(
            "zigong.announcements.waiting", () => _standing is { } s ? [new Measurement<long>(s.Announcements)] : Array.Empty<Measurement<long>>(),
            "{event}", "Ends of runs that the broker does not have yet.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <summary>Looks once.</summary>
    public async Task ObserveAsync(CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var (ages, counts) = (new double[Stages.Length], new double[Stages.Length]);
        await using var db = PipelineDatabase.NewContext(_source);
        foreach (var run in await db.Runs.Where(r => r.Status == RunStatus.Running).Select(r => new { r.RunId, r.OrderedAt }).ToListAsync(ct))
        {
            foreach (var (stage, since) in await WaitingOrNoneAsync(db, run.RunId, run.OrderedAt, ct))
            {
                ages[(int)stage] = Math.Max(ages[(int)stage], (now - since).TotalSeconds);
                counts[(int)stage]++;
            }
        }

        _standing = new Standing(ages, counts, await _announcer.CountWaitingAsync(ct));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_age.Enabled)
                {
                    await ObserveAsync(stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // No figures are better than old ones.
                _standing = null;
                _log.LogWarning("what waits could not be read: {Reason}", e.Message);
            }

            await Task.Delay(_pause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One run with rows that cannot be read must not hide what waits in the others.</summary>
    private async Task<IReadOnlyList<(Stage Stage, DateTimeOffset Since)>> WaitingOrNoneAsync(
        PipelineDb db, Guid run, DateTimeOffset orderedAt, CancellationToken ct)
    {
        try
        {
            return await WaitingAsync(db, run, orderedAt, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && !Outage.OfDatabase(e))
        {
            if (_unreadable.IsFirst(run))
            {
                _log.LogWarning(
                    e, "run {Run} cannot be read, so what waits in it is not in the figures; if it is of no use any more: zigong cancel {Run}", run, run);
            }

            return [];
        }
    }

    private static async Task<IReadOnlyList<(Stage Stage, DateTimeOffset Since)>> WaitingAsync(
        PipelineDb db, Guid run, DateTimeOffset orderedAt, CancellationToken ct)
    {
        var state = await RunState.ReadAsync(db, run, ct);
        var units = await db.WorkUnits.Where(u => u.RunId == run)
            .Select(
                u =>
                    new
                    {
                        u.Stage, u.Unit, u.FinishedAt,
                        Held = (u.State == UnitState.Leased && u.LeaseExpiresAt > PipelineDb.Now()) || u.NextAttemptAt > PipelineDb.Now(),
                    })
            .ToListAsync(ct);
        return WaitingUnits.Of(
            state, orderedAt,
            units.Where(u => u.FinishedAt is not null).ToDictionary(u => new UnitKey(Enum.Parse<Stage>(u.Stage), u.Unit), u => u.FinishedAt!.Value),
            units.Where(u => u.Held).Select(u => new UnitKey(Enum.Parse<Stage>(u.Stage), u.Unit)).ToHashSet());
    }

    private IEnumerable<Measurement<double>> OfStages(Func<Standing, double[]> values) =>
        _standing is { } standing ? Stages.Zip(values(standing), (stage, value) => new Measurement<double>(value, stage)) : [];

    private sealed record Standing(double[] Ages, double[] Counts, long Announcements);
}
