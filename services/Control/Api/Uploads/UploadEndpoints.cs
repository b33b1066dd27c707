using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Control.Api.Access;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Uploads;

/// <summary>Tables and descriptors from outside.</summary>
internal static class UploadEndpoints
{
    public static void Map(RouteGroupBuilder view, RouteGroupBuilder operate)
    {
        operate.MapPut("descriptors", StoreDescriptorAsync).Accepts<Stream>("*/*").WithSummary("Store a data set's descriptor (YAML).");
        operate.MapPut("uploads", StoreAsync).Accepts<Stream>("*/*")
            .WithSummary("Upload a table; `dataset` is a shipped name or a stored descriptor's hash. Its rows are taken in afterwards.");
        operate.MapPost("uploads/{id:guid}/withdraw", WithdrawAsync)
            .WithSummary("Take an upload's samples out of everything that follows; with `dryRun` only say which those are.");
        view.MapGet("uploads/{id:guid}", ShowAsync).WithSummary("What became of an upload.");
    }

    private static async Task<Ok<StoredDescriptor>> StoreDescriptorAsync(UploadIntake uploads, ClaimsPrincipal user, HttpRequest request, CancellationToken ct)
    {
        var (hash, dataset) = await uploads.StoreDescriptorAsync(request.Body, user.Actor(), ct);
        return TypedResults.Ok(new StoredDescriptor(hash, dataset));
    }

    private static async Task<Created<ApiUpload>> StoreAsync(
        UploadIntake uploads, ApiOptions options, ClaimsPrincipal user, HttpRequest request, string dataset, string name, CancellationToken ct)
    {
        // Here and not as metadata of the route: only a caller who may upload gets the larger limit.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.UploadLimitBytes;
        var upload = await uploads.StoreTableAsync(dataset, name, request.Body, user.Actor(), ct);
        return TypedResults.Created($"/v1/uploads/{upload.UploadId}", Of(upload));
    }

    private static async Task<Ok<ApiUpload>> ShowAsync(NpgsqlDataSource source, Guid id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var upload = await db.Uploads.SingleOrDefaultAsync(u => u.UploadId == id, ct);
        return TypedResults.Ok(Of(upload ?? throw new NotFoundException($"there is no upload {id}")));
    }

    private static async Task<Ok<WithdrawSummary>> WithdrawAsync(
        NpgsqlDataSource source, Withdrawals withdrawals, ClaimsPrincipal user, Guid id, bool? dryRun, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await db.Uploads.AnyAsync(u => u.UploadId == id, ct)
            ? TypedResults.Ok(await withdrawals.RunAsync(await withdrawals.OfUploadAsync(id, ct), dryRun ?? false, user.Actor(), waiting: null, ct))
            : throw new NotFoundException($"there is no upload {id}");
    }

    private static ApiUpload Of(UploadRow u) => new(
        u.UploadId, u.Dataset, u.FileName, u.Artifact, u.Bytes, u.State, u.Read, u.Added, u.Unchanged, u.Superseded, u.Moved, u.Rejected, u.Filtered, u.Error,
        u.UploadedBy, u.UploadedAt, u.FinishedAt);
}
