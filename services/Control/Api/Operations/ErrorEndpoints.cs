using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Control.Api.Access;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Operations;

/// <summary>Dead letters, and what the operator makes of them.</summary>
internal static class ErrorEndpoints
{
    public static void Map(RouteGroupBuilder view, RouteGroupBuilder operate)
    {
        view.MapGet("errors", ListAsync).WithSummary("Dead letters and failed units; `all` shows dead letters that were dealt with too.");
        view.MapGet("errors/{id:long}", ShowAsync).WithSummary("One dead letter with its body.");
        operate.MapPost("errors/{id:long}/requeue", RequeueAsync).WithSummary("Send the message again.");
        operate.MapPost("errors/{id:long}/discard", DiscardAsync).WithSummary("Note that nothing is to be done about it, and why.");
    }

    private static async Task<Ok<ApiErrorList>> ListAsync(DeadLetters letters, bool? all, int? limit, CancellationToken ct)
    {
        var count = Paging.Limit(limit);
        var list = await letters.ListAsync(all ?? false, count, ct);
        return TypedResults.Ok(new ApiErrorList([.. list.Select(l => Of(l, withBody: false))], await letters.FailedUnitsAsync(count, ct)));
    }

    private static async Task<Ok<ApiDeadLetter>> ShowAsync(NpgsqlDataSource source, DeadLetters letters, long id, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        return TypedResults.Ok(Of(await letters.FindAsync(id, ct), withBody: true));
    }

    private static async Task<Ok<ApiDeadLetter>> RequeueAsync(NpgsqlDataSource source, DeadLetters letters, ClaimsPrincipal user, long id, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        return TypedResults.Ok(Of(await letters.RequeueAsync(id, user.Actor(), ct), withBody: false));
    }

    private static async Task<Ok<ApiDeadLetter>> DiscardAsync(
        NpgsqlDataSource source, DeadLetters letters, ClaimsPrincipal user, long id, Reason reason, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        return TypedResults.Ok(Of(await letters.DiscardAsync(id, OperationEndpoints.TextOf(reason), user.Actor(), ct), withBody: false));
    }

    private static async Task RequireAsync(NpgsqlDataSource source, long id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        if (!await db.DeadLetters.AnyAsync(l => l.Id == id, ct))
        {
            throw new NotFoundException($"there is no dead letter {id}");
        }
    }

    private static ApiDeadLetter Of(DeadLetterRow row, bool withBody) => new(
        row.Id, row.Queue, row.MessageType, row.MessageId, row.RunId, row.Exception, row.ReceivedAt, row.State, row.Reason, row.HandledBy, row.HandledAt,
        withBody ? Encoding.UTF8.GetString(row.Body) : null);
}
