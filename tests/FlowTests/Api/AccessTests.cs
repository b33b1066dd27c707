using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Api;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests.Api;

/// <summary>Who gets in, and as what.</summary>
[Collection("light")]
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly string Nobody = Guid.Empty.ToString();
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("zg_nobody-knows-this-one")]
    [InlineData(ApiHost.Expired)]
    public async Task Without_a_token_that_holds_everything_but_health_is_401_and_says_how_to_come_in(string? token)
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client(token);
        foreach (var path in new[] { "/v1/runs", "/v1/events", "/v1/pipeline", "/v1/errors", "/openapi/v1.json", $"/v1/runs/{Nobody}/selection" })
        {
            using var response = await client.GetAsync(path);
            ((int)response.StatusCode).ShouldBe(401, path);
            response.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        foreach (var path in Changes())
        {
            (await client.PostTextAsync(path, "{}").AnswerAsync()).Status.ShouldBe(401, path);
        }
    }

    [Fact]
    public async Task A_viewer_looks_and_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client(ApiHost.Viewer);
        (await client.GetAsync("/v1/runs").AnswerAsync()).ShouldBe((200, "[]"));
        (await client.GetAsync("/v1/events").AnswerAsync()).ShouldBe((200, "[]"));
        foreach (var path in Changes())
        {
            (await client.PostTextAsync(path, """{"from":"Selection"}""").AnswerAsync()).Status.ShouldBe(403, path);
        }

        (await client.PutAsync("/v1/uploads?dataset=german&name=a.csv", new StringContent("x")).AnswerAsync()).Status.ShouldBe(403);
        (await client.PutAsync("/v1/descriptors", new StringContent("x")).AnswerAsync()).Status.ShouldBe(403);
        (await _lab.CountAsync("select count(*) from zigong.audit")).ShouldBe(0);
    }

    [Fact]
    public async Task A_viewer_cannot_replay_a_finished_run_and_an_operator_may_ask_what_it_would_do()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var viewer = host.Client(ApiHost.Viewer);
        var generations = await lab.CountAsync("select sum(generation) from zigong.runs");
        (await viewer.PostObjectAsync($"/v1/runs/{run}/replay", new { from = "Selection" }).AnswerAsync()).Status.ShouldBe(403);
        (await viewer.PostObjectAsync($"/v1/runs/{run}/replay", new { from = "Selection", dryRun = true }).AnswerAsync()).Status.ShouldBe(403);
        (await lab.CountAsync("select sum(generation) from zigong.runs")).ShouldBe(generations);

        using var boss = host.Client();
        var plan = await boss.PostObjectAsync($"/v1/runs/{run}/replay", new { from = "Selection", dryRun = true }).JsonAsync();
        plan.GetProperty("stages").EnumerateArray().Single(s => s.GetProperty("stage").GetString() == "Selection").GetProperty("recompute")
            .GetInt32().ShouldBe(1);
        (await lab.CountAsync("select sum(generation) from zigong.runs")).ShouldBe(generations);
    }

    [Fact]
    public async Task On_first_start_there_is_one_operator_token_that_only_the_owner_can_read()
    {
        var tokens = Path.Combine(_lab.Folder, "fresh", "tokens");
        await using (var app = ApiHost.Build(_lab, tokens))
        {
            await app.StartAsync();
            var plain = (await File.ReadAllTextAsync(tokens + ".operator")).Trim();
            foreach (var file in new[] { tokens, tokens + ".operator" })
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            (await File.ReadAllTextAsync(tokens)).ShouldNotContain(plain);
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {plain}");
            (await client.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
            await app.StopAsync();
        }

        // A second start keeps it.
        var before = await File.ReadAllTextAsync(tokens);
        await using var again = ApiHost.Build(_lab, tokens);
        (await File.ReadAllTextAsync(tokens)).ShouldBe(before);
    }

    [Theory]
    [InlineData("boss admin {hash}", "there is no role 'admin'")]
    [InlineData("boss Operator {hash}", "there is no role 'Operator'")]
    [InlineData("boss operator the-token-itself", "SHA-256")]
    [InlineData("boss operator {hash} someday", "is not a time")]
    [InlineData("boss operator", "2 words")]
    [InlineData("b\"oss operator {hash}", "must be letters")]
    public void A_token_file_that_cannot_be_understood_stops_the_start_and_names_file_and_line(string line, string reason)
    {
        var tokens = Path.Combine(_lab.Folder, "tokens");
        ApiHost.WriteTokens(
            tokens, "# tokens", ApiHost.Line("clerk", "viewer", ApiHost.Viewer), line.Replace("{hash}", new string('a', 64), StringComparison.Ordinal));
        var refused = Should.Throw<InputException>(() => ApiHost.Build(_lab, tokens));
        refused.Message.ShouldContain($"{tokens}, line 3");
        refused.Message.ShouldContain(reason);
        refused.Message.ShouldNotContain("the-token-itself");
    }

    [Fact]
    public void A_token_file_that_others_may_read_stops_the_start()
    {
        var tokens = Path.Combine(_lab.Folder, "tokens");
        ApiHost.WriteTokens(tokens, ApiHost.Line("boss", "operator", ApiHost.Operator));
        File.SetUnixFileMode(tokens, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Should.Throw<InputException>(() => ApiHost.Build(_lab, tokens)).Message.ShouldContain("chmod 600");
    }

    [Fact]
    public async Task A_token_taken_out_of_the_file_no_longer_opens_anything()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        (await client.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
        ApiHost.WriteTokens(host.TokenFilePath, ApiHost.Line("clerk", "viewer", ApiHost.Viewer));
        (await client.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(401);
        using var clerk = host.Client(ApiHost.Viewer);
        (await clerk.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://192.168.1.7:8080", false)]
    [InlineData("http://localhost.example.org:8080", false)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("https://0.0.0.0:8443", true)]
    public void Beyond_this_machine_the_api_listens_with_tls_only(string address, bool allowed)
    {
        ListenAddresses.Check([address], allowPlain: true);
        if (allowed)
        {
            ListenAddresses.Check([address], allowPlain: false);
        }
        else
        {
            Should.Throw<InputException>(() => ListenAddresses.Check([address], allowPlain: false)).Message.ShouldContain(address);
        }
    }

    [Fact]
    public void An_endpoint_of_kestrels_own_section_is_looked_at_too()
    {
        var tokens = Path.Combine(_lab.Folder, "tokens");
        Should.Throw<InputException>(() => ApiHost.Build(_lab, tokens, all: false, ("Kestrel:Endpoints:Wide:Url", "http://0.0.0.0:0"))).Message
            .ShouldContain("without TLS");
    }

    private static IEnumerable<string> Changes() =>
    [
        "/v1/runs", $"/v1/runs/{Nobody}/replay", $"/v1/runs/{Nobody}/retry", $"/v1/runs/{Nobody}/cancel", "/v1/pipeline/pause", "/v1/pipeline/resume",
        "/v1/errors/1/requeue", "/v1/errors/1/discard", "/v1/experiments", $"/v1/experiments/{new string('a', 64)}/cancel",
        $"/v1/experiments/orders/{Nobody}/cancel",
    ];
}
