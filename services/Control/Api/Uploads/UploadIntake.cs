using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Control.Api.Artifacts;
using ZiGong.Credit.Descriptors;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control.Api.Uploads;

/// <summary>Takes tables and descriptors from outside into the artifact store.</summary>
public sealed class UploadIntake(NpgsqlDataSource source, ArtifactStore artifacts, UploadSweeper sweeper, TimeProvider time)
{
    private const int LongestFileName = 200;

    /// <summary>The YAML that a caller means: never a path.</summary>
    /// <param name="dataset">A shipped name, a stored descriptor's hash, or YAML.</param>
    /// <exception cref="InputException">It is none of these, or not a valid descriptor.</exception>
    public async Task<string> DescriptorAsync(string dataset, CancellationToken ct)
    {
        if (DescriptorFile.Catalog.Contains(dataset, StringComparer.Ordinal))
        {
            return DescriptorFile.Text(dataset);
        }

        var yaml = ArtifactEndpoints.IsHash(dataset) ? await StoredAsync(dataset, ct) : dataset;
        if (!yaml.Contains('\n', StringComparison.Ordinal))
        {
            throw new InputException(
                $"'{dataset}' is no data set: give one of {string.Join(", ", DescriptorFile.Catalog)}, "
                + "the hash of a stored descriptor, or a descriptor's YAML");
        }

        _ = Parse(yaml);
        return yaml;
    }

    /// <summary>Stores a descriptor.</summary>
    /// <returns>Its hash, and the name of its data set.</returns>
    /// <exception cref="InputException">It is not valid.</exception>
    public async Task<(string Hash, string Dataset)> StoreDescriptorAsync(Stream body, string actor, CancellationToken ct)
    {
        using var content = new MemoryStream();
        await body.CopyToAsync(content, ct);
        var descriptor = Parse(Encoding.UTF8.GetString(content.ToArray()));
        var hash = await artifacts.PutAsync(content.ToArray(), ct);
        await using var db = PipelineDatabase.NewContext(source);
        db.Audit.Add(Audit(actor, "descriptor", hash, new { dataset = descriptor.Name }));
        await db.SaveChangesAsync(ct);
        return (hash, descriptor.Name);
    }

    /// <summary>Streams a table into its place in constant memory and records it; its ingestion is ordered at once.</summary>
    /// <exception cref="InputException">There is no such data set, or the name is not a file's.</exception>
    public async Task<UploadRow> StoreTableAsync(string dataset, string fileName, Stream body, string actor, CancellationToken ct)
    {
        var descriptor = await DescriptorAsync(dataset, ct);
        if (fileName.Length is 0 or > LongestFileName || fileName is "." or ".." || fileName.AsSpan().ContainsAny('/', '\\') || fileName.Any(char.IsControl))
        {
            throw new InputException($"the name must be that of a file, without folders and of {LongestFileName} characters at the most");
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var bytes = 0L;
        var hash = await artifacts.PutUploadAsync(
            id,
            async (file, token) =>
            {
                await body.CopyToAsync(file, token);
                bytes = file.Length;
            },
            ct);
        var upload = new UploadRow
        {
            UploadId = id,
            Dataset = Parse(descriptor).Name,
            Descriptor = descriptor,
            FileName = fileName,
            Artifact = hash,
            Apart = true,
            Bytes = bytes,
            UploadedBy = actor,
            UploadedAt = now,
            NextOrderAt = DateTimeOffset.UnixEpoch,
        };
        await using var db = PipelineDatabase.NewContext(source);
        db.Uploads.Add(upload);
        db.Audit.Add(Audit(actor, "upload", upload.UploadId.ToString(), new { upload.Dataset, upload.FileName, upload.Bytes }));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch
        {
            artifacts.RemoveUpload(id);
            throw;
        }

        sweeper.Wake();
        return upload;
    }

    /// <exception cref="InputException">The upload's rows are not in the database.</exception>
    public async Task RequireIngestedAsync(Guid upload, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var state = await db.Uploads.Where(u => u.UploadId == upload).Select(u => (UploadState?)u.State).SingleOrDefaultAsync(ct);
        if (state != UploadState.Ingested)
        {
            throw new InputException($"upload {upload} is {(state is null ? "unknown" : $"{state}")}, not Ingested: wait for it, or leave it out");
        }
    }

    private AuditRow Audit(string actor, string action, string target, object details) =>
        new() { Actor = actor, Action = action, Target = target, Details = JsonSerializer.Serialize(details), OccurredAt = time.GetUtcNow() };

    private async Task<string> StoredAsync(string hash, CancellationToken ct)
    {
        var path = await artifacts.HasAsync(hash, ct) ? await artifacts.RequireAsync(hash, ct) : "";
        return path.Length > 0 && new FileInfo(path).Length <= RequestLimits.BodyBytes
            ? await File.ReadAllTextAsync(path, ct)
            : throw new InputException($"there is no stored descriptor {hash}");
    }

    private static DatasetDescriptor Parse(string yaml)
    {
        DescriptorGuard.Check(yaml);
        return DescriptorFile.Parse(yaml, "the descriptor");
    }
}
