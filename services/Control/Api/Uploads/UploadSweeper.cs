using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Control.Api.Uploads;

/// <summary>
/// Orders the ingestion of uploads: at once when one comes in, and again, at growing distances, while it is not finished. An order
/// for one that is being ingested is dropped by Ingest.
/// </summary>
public sealed class UploadSweeper(NpgsqlDataSource source, IBus bus, PipelineOptions options, TimeProvider time, ILogger<UploadSweeper> log) : BackgroundService
{
    private readonly SemaphoreSlim _woken = new(0);

    /// <summary>There is something new.</summary>
    public void Wake() => _woken.Release();

    public override void Dispose()
    {
        _woken.Dispose();
        base.Dispose();
    }

    /// <returns>The number of orders sent.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var take = source.CreateCommand(
            """
            update zigong.uploads
            set orders = orders + 1, next_order_at = clock_timestamp() + make_interval(secs => least(600, $1 * power(2, least(orders, 20))))
            where state = 'Stored' and next_order_at <= clock_timestamp()
            returning upload_id
            """);
        take.Parameters.AddWithValue(options.SweepSeconds);
        var due = new List<Guid>();
        await using (var rows = await take.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                due.Add(rows.GetGuid(0));
            }
        }

        if (!await RunMessages.TrySendAsync(token => Task.WhenAll(due.Select(upload => bus.Publish(new IngestUpload(upload), token))), ct))
        {
            // Not ordered, so due again at once: the waits are for a consumer that is slow, not for a broker that is away.
            await using var again = source.CreateCommand(
                "update zigong.uploads set next_order_at = clock_timestamp() where state = 'Stored' and upload_id = any($1)");
            again.Parameters.AddWithValue(due.ToArray());
            await again.ExecuteNonQueryAsync(ct);
            return 0;
        }

        return due.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "orders for uploads put off");
            }

            await WaitAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(_woken.WaitAsync(woken.Token), Task.Delay(TimeSpan.FromSeconds(options.SweepSeconds), time, woken.Token));
        await woken.CancelAsync();
    }
}
