using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Control.Api.Access;
using ZiGong.Control.Api.Operations;
using ZiGong.Control.Api.Uploads;
using ZiGong.Credit.Experiments;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Experiments;

/// <summary>Asking for experiments, looking at them and ending them.</summary>
internal static class ExperimentEndpoints
{
    private const string Id = "{id:length(64)}";

    /// <summary>A result is resampled anew for every caller, on all cores: one at a time leaves some for the rest of Control.</summary>
    private static readonly SemaphoreSlim OneResult = new(1);

    public static void Map(RouteGroupBuilder view, RouteGroupBuilder operate)
    {
        view.MapGet("experiments", ListAsync).WithSummary(
            "The experiments, newest first. With `named` the one that a name means: an id, a unique beginning of one, a name (its newest), or `latest`.");
        view.MapGet($"experiments/{Id}", ShowAsync).WithSummary("How far one experiment is: state, failure, every planned run.");
        view.MapGet($"experiments/{Id}/result", ResultAsync).WithSummary("What one experiment found so far.");
        view.MapGet("experiments/orders", OrdersAsync).WithSummary(
            "The orders for experiments, newest first. With `named` the one that is meant: an id, or a unique beginning of it beyond the first dash.");
        view.MapGet("experiments/orders/{id:guid}", OrderAsync).WithSummary("What became of an order for an experiment.");
        operate.MapPost("experiments", StartAsync).WithSummary(
            "Ask for an experiment: its data are sealed, then it is planned, then its runs are made. "
            + "The same Idempotency-Key with the same body is the same order; with another body it is refused (409).");
        operate.MapPost($"experiments/{Id}/cancel", CancelAsync).WithSummary(
            "End an experiment that is running, and its runs under way; one that is cancelled loses the runs that a cancel cut off has left.");
        operate.MapPost("experiments/orders/{id:guid}/cancel", CancelOrderAsync).WithSummary(
            "End an order that is not planned yet; afterwards, the experiment that it became.");
    }

    private static async Task<Ok<IReadOnlyList<ExperimentSummary>>> ListAsync(NpgsqlDataSource source, int? limit, string? named, CancellationToken ct)
    {
        var count = Paging.Limit(limit);
        await using var db = PipelineDatabase.NewContext(source);
        return TypedResults.Ok(named is null
            ? await ExperimentReading.ListAsync(db, count, ct)
            : [(await ExperimentReading.DetailsAsync(db, await ExperimentStore.FindAsync(db, named, ct), ct)).Experiment]);
    }

    private static async Task<Ok<ExperimentDetails>> ShowAsync(NpgsqlDataSource source, string id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return TypedResults.Ok(await ExperimentReading.DetailsAsync(db, await RequireAsync(db, id, ct), ct));
    }

    private static async Task<Ok<ExperimentResult>> ResultAsync(NpgsqlDataSource source, ArtifactStore artifacts, string id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var row = await RequireAsync(db, id, ct);
        await OneResult.WaitAsync(ct);
        try
        {
            return TypedResults.Ok(await ExperimentResults.ReadAsync(db, artifacts, row, ct));
        }
        finally
        {
            OneResult.Release();
        }
    }

    private static async Task<Ok<IReadOnlyList<ExperimentOrderStatus>>> OrdersAsync(NpgsqlDataSource source, int? limit, string? named, CancellationToken ct)
    {
        var count = Paging.Limit(limit);
        await using var db = PipelineDatabase.NewContext(source);
        return TypedResults.Ok(named is null
            ? await ExperimentReading.OrdersAsync(db, count, ct)
            : [ExperimentReading.StatusOf(await ExperimentStore.FindOrderAsync(db, named, ct))]);
    }

    private static async Task<Ok<ExperimentOrderStatus>> OrderAsync(NpgsqlDataSource source, Guid id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.ExperimentOrders.AnyAsync(o => o.OrderId == id, ct)
            ? TypedResults.Ok(await ExperimentReading.OrderAsync(db, id, ct))
            : throw new NotFoundException($"no experiment was ordered as {id}");
    }

    private static async Task<Created<ExperimentOrderStatus>> StartAsync(
        NpgsqlDataSource source, ExperimentRequests experiments, UploadIntake uploads, OfferedBases bases, ClaimsPrincipal user, ExperimentRequest request,
        [FromHeader(Name = RequestKeys.Header)] string? key, CancellationToken ct)
    {
        var keyed = RequestKeys.Of(key, request);
        foreach (var upload in request.Uploads ?? [])
        {
            await uploads.RequireIngestedAsync(upload, ct);
        }

        var arms = (request.Arms ?? []).Select(a => (string?)a ?? throw new InputException("an arm is null, but must be a name")).ToList();
        var order = new ExperimentOrder(
            request.Name, await uploads.DescriptorAsync(request.Dataset, ct), bases.Places(Assignments.Of(request.Options)), request.Seeds, request.Folds,
            request.Full, arms);
        var id = await experiments.OrderAsync(order, request.Parallel, user.Actor(), keyed, ct);
        await using var db = PipelineDatabase.NewContext(source);
        return TypedResults.Created($"/v1/experiments/orders/{id}", await ExperimentReading.OrderAsync(db, id, ct));
    }

    private static async Task<NoContent> CancelAsync(
        NpgsqlDataSource source, ExperimentCancelling experiments, ClaimsPrincipal user, string id, Reason? reason, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var row = await RequireAsync(db, id, ct);
        await experiments.CancelAsync(row.Id, OperationEndpoints.TextOf(reason), user.Actor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> CancelOrderAsync(
        NpgsqlDataSource source, ExperimentCancelling experiments, ClaimsPrincipal user, Guid id, Reason? reason, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        if (!await db.ExperimentOrders.AnyAsync(o => o.OrderId == id, ct))
        {
            throw new NotFoundException($"no experiment was ordered as {id}");
        }

        await experiments.CancelOrderAsync(id, OperationEndpoints.TextOf(reason), user.Actor(), ct);
        return TypedResults.NoContent();
    }

    /// <exception cref="NotFoundException">There is no such experiment.</exception>
    private static async Task<ExperimentRow> RequireAsync(PipelineDb db, string id, CancellationToken ct) =>
        await db.Experiments.SingleOrDefaultAsync(e => e.Id == id, ct) ?? throw new NotFoundException($"there is no experiment {id}");
}
