using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Hosting;
using ZiGong.Storage;

namespace ZiGong.Control.Experiments;

/// <summary>
/// Leads experiments on: what was asked for is planned, the next arms of what is planned begin, and what is over is marked so. At once when the host
/// starts or somebody says that something moved, then every <see cref="PipelineOptions.SweepSeconds"/>; one sweep at a time, under an advisory lock.
/// </summary>
public sealed class ExperimentSweeper(
    NpgsqlDataSource source, OrderPlanning orders, ArmBeginning arms, PipelineOptions options, TimeProvider time, ILogger<ExperimentSweeper> log)
    : BackgroundService
{
    /// <summary>A broker that stands still must not keep the lock from a Control that reaches another node.</summary>
    private static readonly TimeSpan LongestSweep = TimeSpan.FromMinutes(2);

    /// <summary>Another Control may have looked just before what woke this one.</summary>
    private static readonly TimeSpan IfOthersSweep = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _woken = new(0);

    /// <summary>Something moved.</summary>
    public void Wake() => _woken.Release();

    public override void Dispose()
    {
        _woken.Dispose();
        base.Dispose();
    }

    /// <returns>False where another Control sweeps just now.</returns>
    public async Task<bool> SweepAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction)
        {
            Parameters = { new() { Value = AdvisoryLocks.ExperimentSweeper } },
        };
        if (!(bool)(await take.ExecuteScalarAsync(ct))!)
        {
            return false;
        }

        await using var db = PipelineDatabase.NewContext(source);
        if (await db.PipelineSwitch.AnyAsync(s => s.Paused, ct))
        {
            return true;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LongestSweep);
        await orders.SweepAsync(patience.Token);
        await arms.SweepAsync(patience.Token);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var swept = true;
            try
            {
                swept = await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, the next sweep may find it gone; a sweeper that dies leaves every experiment to itself.
                log.LogWarning(e, "experiments put off");
            }

            await WaitAsync(swept ? TimeSpan.FromSeconds(options.SweepSeconds) : IfOthersSweep, stoppingToken);
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken stoppingToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(_woken.WaitAsync(woken.Token), Task.Delay(longest, time, woken.Token));
        await woken.CancelAsync();
        while (await _woken.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            // One sweep sees all that has moved by now.
        }
    }
}
