using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Control.Api.Access;
using ZiGong.Storage;

namespace ZiGong.Control.Api.Artifacts;

/// <summary>Files of the artifact store by their hash, and by nothing else.</summary>
internal static partial class ArtifactEndpoints
{
    public static void Map(RouteGroupBuilder view) => view.MapGet("artifacts/{hash}", GetAsync)
        .WithSummary("An artifact's bytes; its hash is the ETag. Data sets hold all fields of borrowers: they need an operator's token.");

    private static async Task<PhysicalFileHttpResult> GetAsync(
        ArtifactStore artifacts, NpgsqlDataSource source, TimeProvider time, ClaimsPrincipal user, string hash, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        if (await db.Uploads.AnyAsync(u => u.Artifact == hash, ct))
        {
            // A lender's own table, with its borrowers' ids: Ingest alone reads it.
            throw new NotFoundException($"there is no artifact {hash}");
        }

        var said = IsHash(hash) ? await db.BorrowerDataAsync(hash, ct) : BorrowerData.None;
        if (said == BorrowerData.DataSet && !user.IsInRole(nameof(ApiRole.Operator)))
        {
            throw new ForbiddenException("a data set holds all fields of borrowers: this needs an operator's token");
        }

        var file = await FileAsync(artifacts, hash, "application/octet-stream", ct);
        if (said != BorrowerData.None)
        {
            await db.NoteReadAsync(user.Actor(), hash, $"{said}", time, ct);
        }

        return file;
    }

    /// <exception cref="InputException">This is no hash.</exception>
    /// <exception cref="NotFoundException">There is no such file, or it is damaged, which is the same.</exception>
    public static async Task<PhysicalFileHttpResult> FileAsync(ArtifactStore artifacts, string hash, string type, CancellationToken ct)
    {
        if (!IsHash(hash))
        {
            throw new InputException("an artifact is named by the SHA-256 of its content: 64 lower-case hex digits");
        }

        if (!await artifacts.HasAsync(hash, ct))
        {
            throw new NotFoundException($"there is no artifact {hash}");
        }

        return TypedResults.PhysicalFile(
            await artifacts.RequireAsync(hash, ct), type, entityTag: new EntityTagHeaderValue($"\"{hash}\""), enableRangeProcessing: true);
    }

    public static bool IsHash(string text) => Hash().IsMatch(text);

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hash();
}
