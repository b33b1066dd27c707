using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Control.Api.Access;
using ZiGong.Control.Api.Artifacts;
using ZiGong.Control.Api.Uploads;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Runs;

/// <summary>Starting runs and looking at them.</summary>
internal static class RunEndpoints
{
    public static void Map(RouteGroupBuilder view, RouteGroupBuilder operate)
    {
        view.MapGet("runs", ListAsync).WithSummary(
            "The runs, newest first; `before` is the last run of the page before, `all` adds the arms of experiments. "
            + "With `named` the one run that a name means: "
            + "an id, a unique beginning of one, or `latest`, the newest that is no arm.");
        view.MapGet("runs/{id:guid}", ShowAsync).WithSummary("One run: state, stages, failure, outcome.");
        view.MapGet("runs/{id:guid}/selection", SelectionAsync).WithSummary("The selection file, byte for byte; its hash is the ETag.");
        operate.MapPost("runs", StartAsync).WithSummary(
            "Start a run. The same Idempotency-Key with the same body is the same run; with another body it is refused (409).");
    }

    private static async Task<Ok<IReadOnlyList<RunSummary>>> ListAsync(
        NpgsqlDataSource source, int? limit, Guid? before, bool? all, string? named, CancellationToken ct)
    {
        var count = Paging.Limit(limit);
        await using var db = PipelineDatabase.NewContext(source);
        var runs = named is not null
            ? [await db.FindRunAsync(named, ct)]
            : await db.NewestFirst(arms: all ?? false).Where(r => before == null || r.RunId < before).Take(count).ToListAsync(ct);
        var ids = runs.Select(r => r.RunId).ToList();
        var models = (await db.Models.Where(m => ids.Contains(m.RunId)).Select(m => new { m.RunId, m.State }).ToListAsync(ct))
            .ToLookup(m => m.RunId, m => m.State.Stored());
        return TypedResults.Ok<IReadOnlyList<RunSummary>>([.. runs.Select(r => RunDetails.SummaryOf(r, models[r.RunId].FirstOrDefault()))]);
    }

    private static async Task<Ok<RunDetails>> ShowAsync(NpgsqlDataSource source, Guid id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return TypedResults.Ok(await RunDetails.ReadAsync(db, id, ct) ?? throw Unknown(id));
    }

    private static async Task<PhysicalFileHttpResult> SelectionAsync(
        NpgsqlDataSource source, ArtifactStore artifacts, TimeProvider time, ClaimsPrincipal user, Guid id, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await RequireAsync(db, id, ct);
        var output = await db.WorkUnits
            .Where(u => u.RunId == id && u.Stage == nameof(Stage.Selection) && u.Unit == "selection" && u.State == UnitState.Done)
            .Select(u => u.Output)
            .SingleOrDefaultAsync(ct) ?? throw new NotFoundException($"run {id} has no selection yet");
        var file = await ArtifactEndpoints.FileAsync(artifacts, JsonSerializer.Deserialize<SamplesSelected>(output)!.Selection, "application/x-ndjson", ct);
        await db.NoteReadAsync(user.Actor(), $"{id}", nameof(BorrowerData.Selection), time, ct);
        return file;
    }

    private static async Task<Created<RunStarted>> StartAsync(
        RunRequests requests, UploadIntake uploads, OfferedBases bases, ClaimsPrincipal user, RunOrder order,
        [FromHeader(Name = RequestKeys.Header)] string? key, CancellationToken ct)
    {
        var request = RequestKeys.Of(key, order);
        var descriptor = await uploads.DescriptorAsync(order.Dataset, ct);
        var options = bases.Places(Assignments.Of(order.Options)).Aggregate(new RunOptions(), RunOptionsReader.Set);
        if (order.Upload is { } upload)
        {
            await uploads.RequireIngestedAsync(upload, ct);
        }

        var run = await requests.RequestAsync(descriptor, options, RunKind.Full, user.Actor(), request, ct);
        return TypedResults.Created($"/v1/runs/{run}", new RunStarted(run));
    }

    /// <exception cref="NotFoundException">There is no such run.</exception>
    public static async Task RequireAsync(PipelineDb db, Guid run, CancellationToken ct)
    {
        if (!await db.Runs.AnyAsync(r => r.RunId == run, ct))
        {
            throw Unknown(run);
        }
    }

    private static NotFoundException Unknown(Guid run) => new($"there is no run {run}");
}
