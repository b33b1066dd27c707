using System.Net;
using System.Text;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests.Api;

/// <summary>How much one caller may ask for.</summary>
[Collection("light")]
public sealed class LimitTests : IAsyncLifetime
{
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_token_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up()
    {
        await using var host = await ApiHost.StartAsync(_lab, all: false, ("Pipeline:RequestsPerSecond", "1"));
        using var client = host.Client();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await client.GetAsync("/v1/pipeline-of-nobody"));
        }

        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        answers.Count(a => a.StatusCode == HttpStatusCode.NotFound).ShouldBeGreaterThanOrEqualTo(4, "a burst of four seconds' worth passes");
        using var clerk = host.Client(ApiHost.Viewer);
        (await clerk.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
        answers.ForEach(a => a.Dispose());
    }

    [Fact]
    public async Task Guessing_tokens_from_one_address_is_slowed_down_and_does_not_lock_the_owner_of_one_out()
    {
        await using var host = await ApiHost.StartAsync(_lab, all: false, ("Pipeline:UnknownRequestsPerMinute", "5"));
        using var client = host.Client("zg_a-guess");
        var statuses = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            statuses.Add((await client.GetAsync("/v1/runs").AnswerAsync()).Status);
        }

        statuses[0].ShouldBe(401);
        statuses.Count(s => s == 429).ShouldBeGreaterThanOrEqualTo(10);
        using var boss = host.Client();
        (await boss.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_oversized_body_is_413_whether_its_length_is_announced_or_not()
    {
        await using var host = await ApiHost.StartAsync(_lab, all: false, ("Pipeline:UploadLimitBytes", "200000"));
        using var client = host.Client();
        var big = $$"""{"dataset":"{{new string('x', 70_000)}}"}""";
        (await client.PostTextAsync("/v1/runs", big).AnswerAsync()).Status.ShouldBe(413);
        using (var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/runs") { Content = new StringContent(big, Encoding.UTF8, "application/json") })
        {
            chunked.Headers.TransferEncodingChunked = true;
            (await client.SendAsync(chunked).AnswerAsync()).Status.ShouldBe(413);
        }

        (await client.PutAsync("/v1/descriptors", new StringContent(big)).AnswerAsync()).Status.ShouldBe(413);
        (await client.PutAsync("/v1/uploads?dataset=german&name=a.csv", new ByteArrayContent(new byte[200_001])).AnswerAsync()).Status.ShouldBe(413);
        (await client.PutAsync("/v1/uploads?dataset=german&name=a.csv", new ByteArrayContent(new byte[199_999])).AnswerAsync()).Status.ShouldBe(201);
        (await _lab.CountAsync("select count(*) from zigong.uploads")).ShouldBe(1);
        Directory.EnumerateFiles(Path.Combine(_lab.Options.Artifacts, "tmp")).ShouldBeEmpty("a refused upload must leave nothing behind");
    }
}
