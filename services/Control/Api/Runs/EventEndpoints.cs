using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;

namespace ZiGong.Control.Api.Runs;

/// <summary>What happened, by a cursor that never passes a hole: `after` is the last sequence number that was read.</summary>
internal static class EventEndpoints
{
    public static void Map(RouteGroupBuilder view)
    {
        view.MapGet("events", (NpgsqlDataSource source, long? after, int? limit, CancellationToken ct) => PageAsync(source, null, after, limit, ct))
            .WithSummary("Events of all runs with a higher sequence number than `after`.");
        view.MapGet("runs/{id:guid}/events", OfRunAsync).WithSummary("Events of one run with a higher sequence number than `after`.");
    }

    private static async Task<Ok<IReadOnlyList<ApiEvent>>> OfRunAsync(NpgsqlDataSource source, Guid id, long? after, int? limit, CancellationToken ct)
    {
        await using (var db = PipelineDatabase.NewContext(source))
        {
            await RunEndpoints.RequireAsync(db, id, ct);
        }

        return await PageAsync(source, id, after, limit, ct);
    }

    private static async Task<Ok<IReadOnlyList<ApiEvent>>> PageAsync(NpgsqlDataSource source, Guid? run, long? after, int? limit, CancellationToken ct)
    {
        var (from, count) = (after ?? 0, Paging.Limit(limit));
        await using var db = PipelineDatabase.NewContext(source);
        var rows = await db.PipelineEvents.Where(e => e.Sequence > from && (run == null || e.RunId == run)).OrderBy(e => e.Sequence).Take(count)
            .ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<ApiEvent>>(
        [
            .. rows.Select(e => new ApiEvent(
                e.Sequence, e.MessageId, e.RunId, e.Generation, e.Type, e.Unit, e.OccurredAt, JsonSerializer.Deserialize<JsonElement>(e.Payload))),
        ]);
    }
}
