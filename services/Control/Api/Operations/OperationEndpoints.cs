using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Control.Api.Access;
using ZiGong.Control.Api.Runs;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;

namespace ZiGong.Control.Api.Operations;

/// <summary>What an operator does to runs and to the pipeline; the operations write the audit.</summary>
internal static class OperationEndpoints
{
    private const int LongestReason = 1000;

    public static void Map(RouteGroupBuilder view, RouteGroupBuilder operate)
    {
        operate.MapPost("runs/{id:guid}/replay", ReplayAsync).WithSummary("Do a run again from a stage on, or say what that would recompute.");
        operate.MapPost("runs/{id:guid}/retry", RetryAsync).WithSummary("Give a run's failed units fresh attempts.");
        operate.MapPost("runs/{id:guid}/cancel", CancelAsync).WithSummary("End a run that is not completed.");
        view.MapGet("pipeline", async (PipelineSwitch pipeline, CancellationToken ct) => TypedResults.Ok(await pipeline.StateAsync(ct)))
            .WithSummary("Whether units are handed out.");
        operate.MapPost("pipeline/pause", PauseAsync).WithSummary("Hand no more units out; those under way finish.");
        operate.MapPost("pipeline/resume", ResumeAsync).WithSummary("Hand units out again.");
    }

    /// <exception cref="InputException">It is too long.</exception>
    public static string TextOf(Reason? reason) => (reason?.Text ?? "").Trim() is { Length: <= LongestReason } text
        ? text
        : throw new InputException($"a reason has {LongestReason} characters at the most");

    private static async Task<Ok<ReplayPlan>> ReplayAsync(
        NpgsqlDataSource source, RunOperations operations, OfferedBases bases, ClaimsPrincipal user, Guid id, ReplayOrder order, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        var request = new ReplayRequest(id, order.From, order.Units, bases.Places(Assignments.Of(order.Set)));
        return TypedResults.Ok(order.DryRun ? await operations.PlanReplayAsync(request, ct) : await operations.ReplayAsync(request, user.Actor(), ct));
    }

    private static async Task<NoContent> RetryAsync(NpgsqlDataSource source, RunOperations operations, ClaimsPrincipal user, Guid id, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        await operations.RetryAsync(id, user.Actor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> CancelAsync(
        NpgsqlDataSource source, RunOperations operations, ClaimsPrincipal user, Guid id, Reason? reason, CancellationToken ct)
    {
        await RequireAsync(source, id, ct);
        await operations.CancelAsync(id, TextOf(reason), user.Actor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<PipelineState>> PauseAsync(PipelineSwitch pipeline, ClaimsPrincipal user, Reason? reason, CancellationToken ct) =>
        TypedResults.Ok(await pipeline.PauseAsync(TextOf(reason), user.Actor(), ct));

    private static async Task<Ok<PipelineState>> ResumeAsync(PipelineSwitch pipeline, ClaimsPrincipal user, CancellationToken ct) =>
        TypedResults.Ok(await pipeline.ResumeAsync(user.Actor(), ct));

    private static async Task RequireAsync(NpgsqlDataSource source, Guid run, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await RunEndpoints.RequireAsync(db, run, ct);
    }
}
