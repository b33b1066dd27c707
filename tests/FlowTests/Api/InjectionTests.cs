using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests.Api;

/// <summary>What comes from outside stays text.</summary>
[Collection("light")]
public sealed class InjectionTests : IAsyncLifetime
{
    private const string Sql = "'); drop table zigong.runs; --";
    private const string Template = "{{#each this}}{{constructor}}{{/each}}${7*7}";
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Theory]
    [InlineData("../../subject.key")]
    [InlineData("..%2f..%2fsubject.key")]
    [InlineData("%2e%2e%2f%2e%2e%2fsubject.key")]
    [InlineData("..%252f..%252fsubject.key")]
    [InlineData("..%5c..%5csubject.key")]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData("aa%2f..%2f..%2f..%2fsubject.key")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%0a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%00")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("%EF%BC%8E%EF%BC%8E%2fsubject.key")]
    public async Task An_artifact_is_its_hash_and_never_a_path(string name)
    {
        await using var host = await ApiHost.StartAsync(_lab);
        var answer = await RawHttp.SendAsync(
            host.Address, $"GET /v1/artifacts/{name} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {ApiHost.Operator}\r\nConnection: close\r\n\r\n");
        RawHttp.StatusOf(answer).ShouldBeOneOf(400, 404);
        answer.ShouldNotContain(_lab.Folder);
    }

    [Fact]
    public async Task A_stored_artifact_comes_back_byte_for_byte_with_its_hash_as_etag()
    {
        var content = new byte[100_000];
        new Random(5).NextBytes(content);
        var hash = await _lab.Artifacts.PutAsync(content, default);
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client(ApiHost.Viewer);
        using var response = await client.GetAsync($"/v1/artifacts/{hash}");
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        response.Headers.ETag!.Tag.ShouldBe($"\"{hash}\"");
    }

    [Fact]
    public async Task Names_with_sql_and_templates_are_stored_as_they_are_and_nothing_else_happens()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        foreach (var text in new[] { Sql, Template })
        {
            var file = Uri.EscapeDataString(text.Replace('/', '-'));
            var upload = await client.PutAsync($"/v1/uploads?dataset=simulated&name={file}", new StringContent("not,a,table\n1,2,3\n")).JsonAsync();
            upload.GetProperty("fileName").GetString().ShouldBe(text.Replace('/', '-'));
            var ended = await EndedAsync(client, upload.GetProperty("uploadId").GetGuid());
            ended.GetProperty("state").GetString().ShouldBe("Failed");

            var dataset = await client.PostObjectAsync("/v1/runs", new { dataset = text }).AnswerAsync();
            dataset.Status.ShouldBe(400);
            JsonSerializer.Deserialize<JsonElement>(dataset.Body).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(text);
            (await client.PostObjectAsync("/v1/runs", new { dataset = "simulated", options = new[] { $"Seed={text}" } }).AnswerAsync()).Status.ShouldBe(400);
            (await client.GetAsync($"/v1/runs/{Uri.EscapeDataString(text)}").AnswerAsync()).Status.ShouldBe(404);
            (await client.GetAsync($"/v1/events?after={Uri.EscapeDataString(text)}").AnswerAsync()).Status.ShouldBe(400);
        }

        (await client.GetAsync("/v1/runs").AnswerAsync()).ShouldBe((200, "[]"));
    }

    [Fact]
    public async Task Values_of_fields_with_sql_and_templates_become_rejections_or_samples_with_just_that_text()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        var header = Borrowers.Header.Split(',');
        var cells = Borrowers.Lines[0].Split(',');
        var rows = new[] { Sql, Template }.SelectMany((text, n) => cells.Select((_, i) => string.Join(
            ',', cells.Select((cell, j) => j == i ? $"\"{text}\"" : header[j].Contains("id", StringComparison.OrdinalIgnoreCase) ? $"{cell}{n}{i}" : cell))));
        var table = string.Join('\n', [Borrowers.Header, .. rows, ""]);
        var upload = await client.PutAsync("/v1/uploads?dataset=simulated&name=evil.csv", new StringContent(table)).JsonAsync();
        var ended = await EndedAsync(client, upload.GetProperty("uploadId").GetGuid());
        ended.GetProperty("state").GetString().ShouldBe("Ingested");
        ended.GetProperty("read").GetInt64().ShouldBe(2 * cells.Length);
        ended.GetProperty("rejected").GetInt64().ShouldBePositive();

        await using var db = _lab.NewContext();
        var kept = db.Rejections.Select(r => r.Value).AsEnumerable().Concat(db.Samples.Select(s => s.NaturalKey + s.Fields).AsEnumerable()).ToList();
        kept.ShouldContain(value => value.Contains(Sql));
        kept.ShouldContain(value => value.Contains(Template));
        (await _lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    [Theory]
    [InlineData("name: x\u0000y\nfields: []\n")]
    [InlineData("a: &a [1]\nb: *a\n")]
    [InlineData("/etc/passwd")]
    [InlineData("/etc/passwd\n")]
    [InlineData("!!system.Diagnostics.Process\nname: x\n")]
    public async Task A_descriptor_that_is_none_starts_nothing(string descriptor)
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        var (status, body) = await client.PostObjectAsync("/v1/runs", new { dataset = descriptor }).AnswerAsync();
        status.ShouldBe(400, body);
        body.ShouldNotContain("root:");
        (await _lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    [Fact]
    public async Task Deeply_nested_yaml_and_json_are_refused_and_the_process_lives()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        (await client.PutAsync("/v1/descriptors", new StringContent($"name: {new string('[', 60_000)}\n")).AnswerAsync()).Status.ShouldBe(400);
        (await client.PostTextAsync("/v1/runs", new string('[', 60_000)).AnswerAsync()).Status.ShouldBe(400);
        (await client.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
    }

    private static async Task<JsonElement> EndedAsync(HttpClient client, Guid upload)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (true)
        {
            var state = await client.GetAsync($"/v1/uploads/{upload}").JsonAsync();
            if (state.GetProperty("state").GetString() != "Stored")
            {
                return state;
            }

            TimeProvider.System.GetUtcNow().ShouldBeLessThan(deadline, $"upload {upload} is never ingested");
            await Task.Delay(30);
        }
    }
}
