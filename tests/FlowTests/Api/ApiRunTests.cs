using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests.Api;

/// <summary>The way of an operator: table and run over HTTP.</summary>
[Collection("runs")]
public sealed class ApiRunTests
{
    private static readonly string[] Small =
    [
        "Seed=7", "Snapshot:Periods=2", "Snapshot:Bins=5", "Agent:BatchSize=16", "Agent:MinimumSteps=4", "Agent:SliceSteps=12", "Agent:WarmupSteps=4",
        "Gradients:Width=256", "Selection:Size=0.5", "Selection:TopShare=0.3", "Tuning:Epochs=1", "Tuning:MinimumSteps=10", "Tuning:SliceSteps=6",
        "Tuning:BatchSize=16", "Evaluation:Resamples=100",
    ];

    [Fact]
    public async Task A_run_over_the_api_with_an_uploaded_table_selects_the_same_bytes_as_an_embedded_one()
    {
        Small.Aggregate(new RunOptions(), RunOptionsReader.Set).ShouldBe(Lab.Small, "the two runs must be the same");
        await using var embedded = await Lab.NewAsync();
        await embedded.IngestAsync(Borrowers.Write(embedded.Folder));
        var expected = await embedded.ProductsAsync(await embedded.RunAsync());

        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab, all: true);
        using var client = host.Client();
        await using var table = File.OpenRead(Borrowers.Write(lab.Folder));
        var upload = (await client.PutAsync("/v1/uploads?dataset=simulated&name=borrowers.csv", new StreamContent(table)).JsonAsync())
            .GetProperty("uploadId").GetGuid();
        var order = new { dataset = "simulated", options = Small, upload };
        var stored = await lab.UntilAsync(
            async db => await db.Uploads.SingleAsync(u => u.UploadId == upload) is { State: not UploadState.Stored } u ? u : null, "the ingestion");
        (stored.State, stored.Added, stored.Error).ShouldBe((UploadState.Ingested, Borrowers.Lines.Count, null));

        var run = (await client.PostObjectAsync("/v1/runs", order).JsonAsync()).GetProperty("runId").GetGuid();
        await lab.EndAsync(run);

        using var selection = await client.GetAsync($"/v1/runs/{run}/selection");
        var bytes = await selection.Content.ReadAsByteArrayAsync();
        Encoding.UTF8.GetString(bytes).ShouldBe(expected.Selection);
        selection.Headers.ETag!.Tag.ShouldBe($"\"{ContentHash.Of(bytes)}\"");
        (await lab.ProductsAsync(run)).ShouldBe(expected);

        var details = await client.GetAsync($"/v1/runs/{run}").JsonAsync();
        details.GetProperty("run").GetProperty("status").GetString().ShouldBe("Completed");
        details.GetProperty("outcomeType").GetString().ShouldBeOneOf(nameof(ModelReady), nameof(ModelRejected));
        details.GetProperty("stages").GetArrayLength().ShouldBe(StageCatalogue.Of(RunKind.Full).Count);
        await EventsAreWholeAsync(client, lab, run);
        await using var db = lab.NewContext();
        (await db.Audit.OrderBy(a => a.AuditId).Select(a => new { a.Actor, a.Action, a.Target }).ToListAsync())
            .ShouldBe(
            [
                new { Actor = "api:boss", Action = "upload", Target = upload.ToString() }, new { Actor = "api:boss", Action = "run", Target = run.ToString() },
                new { Actor = "api:boss", Action = "read", Target = run.ToString() },
            ]);
    }

    [Fact]
    public async Task A_run_is_refused_while_its_upload_is_not_ingested()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();
        var (status, body) = await client.PostObjectAsync("/v1/runs", new { dataset = "simulated", upload = Guid.Empty }).AnswerAsync();
        status.ShouldBe(400);
        body.ShouldContain("unknown");
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_key_and_body_is_the_same_run_another_body_is_refused_and_keys_are_each_callers_own()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();
        Task<(int Status, string Body)> Ask(string key, int seed) => KeyedAsync(client, key, $$"""{"dataset":"simulated","options":["Seed={{seed}}"]}""");

        var first = await Ask("night-1", 7);
        first.Status.ShouldBe(201);
        var copies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Ask("night-1", 7)));
        copies.ShouldAllBe(c => c.Status == 201 && c.Body == first.Body);
        var other = await Ask("night-1", 8);
        other.Status.ShouldBe(409);
        other.Body.ShouldContain("needs a new key");
        (await Ask("night-2", 7)).Body.ShouldNotBe(first.Body);
        foreach (var bad in new[] { "with space", new string('x', 201), "" })
        {
            (await Ask(bad, 7)).Status.ShouldBe(400, bad);
        }

        var race = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Ask("night-3", 9)));
        race.Select(r => r.Body).Distinct().ShouldHaveSingleItem();
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(3);
        (await lab.CountAsync("select count(*) from zigong.audit where action = 'run'")).ShouldBe(3);
    }

    [Fact]
    public async Task An_upload_that_nobody_ingested_is_ordered_again_and_one_of_an_own_descriptor_is_read_by_it()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();
        var yaml = Borrowers.Descriptor.Replace("name: simulated", "name: my-portfolio", StringComparison.Ordinal);
        var descriptor = (await client.PutAsync("/v1/descriptors", new StringContent(yaml)).JsonAsync()).GetProperty("descriptor").GetString();
        var table = string.Join('\n', [Borrowers.Header, .. Borrowers.Lines.Take(30), ""]);
        var upload = (await client.PutAsync($"/v1/uploads?dataset={descriptor}&name=a.csv", new StringContent(table)).JsonAsync())
            .GetProperty("uploadId").GetGuid();
        await lab.UntilAsync(
            async db => await db.Uploads.SingleAsync(u => u.UploadId == upload) is { State: UploadState.Ingested } u ? u : null, "the ingestion");

        // The table has borrowers' ids in clear: it is not kept, nor is its hash, which tells whose a file of few rows was.
        var place = Path.Combine(lab.Options.Artifacts, "uploads", upload.ToString("N"));
        await lab.UntilAsync(_ => Task.FromResult(File.Exists(place) ? null : ""), "the end of the file");
        var bytes = Encoding.UTF8.GetBytes(table);
        (await EverythingStored.RowsAsync(lab.Source)).ShouldNotContain(row => row.Contains(ContentHash.Of(bytes)));

        // As if the order and its worker had been lost before the end was noted: the file is still there then.
        var hash = await lab.Artifacts.PutUploadAsync(upload, (file, token) => file.WriteAsync(bytes, token).AsTask(), default);
        (await client.GetAsync($"/v1/artifacts/{hash}")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound, "nobody may read it while it is there");
        await lab.ExecuteAsync($"update zigong.uploads set state = 'Stored', artifact = '{hash}', orders = 0, next_order_at = now()");
        var again = await lab.UntilAsync(
            async db => await db.Uploads.SingleAsync(u => u.UploadId == upload) is { State: UploadState.Ingested } u ? u : null, "the second ingestion");
        await lab.UntilAsync(_ => Task.FromResult(File.Exists(place) ? null : ""), "the end of the file");
        (again.Added, again.Unchanged, again.Dataset).ShouldBe((0, 30, "my-portfolio"));
        (await lab.CountAsync("select count(*) from zigong.samples where dataset = 'my-portfolio'")).ShouldBe(30);
    }

    [Fact]
    public async Task An_upload_of_the_same_bytes_as_an_artifact_leaves_the_artifact()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();
        var table = string.Join('\n', [Borrowers.Header, .. Borrowers.Lines.Take(30), ""]);
        var artifact = await lab.Artifacts.PutAsync(Encoding.UTF8.GetBytes(table), default);

        await client.PutAsync("/v1/uploads?dataset=simulated&name=a.csv", new StringContent(table)).JsonAsync();
        await lab.UntilAsync(async db => await db.Uploads.SingleAsync() is { State: UploadState.Ingested, Artifact: "" } u ? u : null, "the ingestion");
        var place = Path.Combine(lab.Options.Artifacts, "uploads");
        await lab.UntilAsync(_ => Task.FromResult(Directory.EnumerateFiles(place).Any() ? null : ""), "the end of the file");

        (await lab.Artifacts.VerifyAsync(artifact, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_table_that_nobody_waits_for_any_more_is_gone_when_ingest_starts()
    {
        await using var lab = await Lab.NewAsync();
        Guid[] ids = [new(1, 0, 0, new byte[8]), new(2, 0, 0, new byte[8])];
        foreach (var id in ids)
        {
            await lab.Artifacts.PutUploadAsync(id, (file, token) => file.WriteAsync("borrower,income\n"u8.ToArray(), token).AsTask(), default);
        }

        var places = ids.Select(id => Path.Combine(lab.Options.Artifacts, "uploads", id.ToString("N"))).ToList();
        File.SetLastWriteTimeUtc(places[0], TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        await using var host = await ApiHost.StartAsync(lab);

        places.Select(File.Exists).ShouldBe([false, true], "the row of the newer one may be on its way");
    }

    private static async Task<(int Status, string Body)> KeyedAsync(HttpClient client, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request).AnswerAsync();
    }

    /// <summary>Read page by page, the events are those of the table, in order and without a gap.</summary>
    private static async Task EventsAreWholeAsync(HttpClient client, Lab lab, Guid run)
    {
        var read = new List<long>();
        while (true)
        {
            var page = await client.GetAsync($"/v1/runs/{run}/events?after={read.LastOrDefault()}&limit=7").JsonAsync();
            read.AddRange(page.EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()));
            if (page.GetArrayLength() < 7)
            {
                break;
            }
        }

        read.ShouldBe(Enumerable.Range(1, (int)await lab.CountAsync("select count(*) from zigong.pipeline_events")).Select(n => (long)n));
    }
}
