using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests.Api;

/// <summary>Experiments over HTTP, with nobody who would work on their runs.</summary>
[Collection("light")]
public sealed class ExperimentEndpointTests
{
    private static readonly string[] Options =
        [.. RunOptionsReader.Changes(new RunOptions(), Lab.Small).Select(name => RunOptionsReader.Assignment(Lab.Small, name))];

    private static readonly object Request =
        new { name = "mix", dataset = "simulated", options = Options, seeds = 1, arms = new[] { "mix-0", "mix-100" }, parallel = 2 };

    [Fact]
    public async Task One_is_asked_for_listed_shown_cancelled_and_goes_on_when_it_is_asked_for_again()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var boss = host.Client();
        using var viewer = host.Client(ApiHost.Viewer);

        var id = await PlannedAsync(lab, boss, Request);

        var listed = (await viewer.GetAsync("/v1/experiments").JsonAsync()).EnumerateArray().ShouldHaveSingleItem();
        (listed.GetProperty("id").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("planned").GetInt32()).ShouldBe((id, "Running", 2));
        (await viewer.GetAsync("/v1/experiments?named=mix").JsonAsync()).EnumerateArray().Single().GetProperty("id").GetString().ShouldBe(id);
        await lab.UntilAsync(async db => await db.ExperimentArms.FirstOrDefaultAsync(), "the first arm");
        var runs = (await viewer.GetAsync($"/v1/experiments/{id}").JsonAsync()).GetProperty("runs").EnumerateArray().ToList();
        runs.Select(r => $"{r.GetProperty("arm")} {r.GetProperty("status")}").ShouldBe(["mix-0 Running", "mix-100 Planned"]);
        var result = await viewer.GetAsync($"/v1/experiments/{id}/result").JsonAsync();
        (result.GetProperty("armsDone").GetInt32(), result.GetProperty("armsPlanned").GetInt32()).ShouldBe((0, 2));

        (await viewer.PostObjectAsync($"/v1/experiments/{id}/cancel", new { text = "" }).AnswerAsync()).Status.ShouldBe(403);
        (await boss.PostObjectAsync($"/v1/experiments/{id}/cancel", new { text = "wrong table" }).AnswerAsync()).Status.ShouldBe(204);
        (await boss.PostObjectAsync($"/v1/experiments/{id}/cancel", new { text = "" }).AnswerAsync()).Status.ShouldBe(204, "again is once");
        (await lab.CountAsync("select count(*) from zigong.runs where status = 'Cancelled'")).ShouldBe(1);

        (await PlannedAsync(lab, boss, Request)).ShouldBe(id, "the same plan is the same experiment");
        await lab.UntilAsync(async db => await db.Runs.FirstOrDefaultAsync(r => r.Status == RunStatus.Running), "an arm in place of the cancelled one");
        await using var db = lab.NewContext();
        (await db.Audit.Where(a => a.Actor == "api:boss").OrderBy(a => a.AuditId).Select(a => a.Action).ToListAsync())
            .ShouldBe(["experiment", "cancel-experiment", "cancel", "experiment"]);
    }

    [Fact]
    public async Task An_order_that_waits_is_listed_cancelled_and_stays_so()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var boss = host.Client();
        using var viewer = host.Client(ApiHost.Viewer);
        (await boss.PostObjectAsync("/v1/pipeline/pause", new { text = "night" }).AnswerAsync()).Status.ShouldBeLessThan(300);
        var order = (await boss.PostObjectAsync("/v1/experiments", Request).JsonAsync()).GetProperty("orderId").GetGuid();

        foreach (var query in new[] { "", $"?named={$"{order}"[..18]}" })
        {
            var listed = (await viewer.GetAsync($"/v1/experiments/orders{query}").JsonAsync()).EnumerateArray().ShouldHaveSingleItem();
            (listed.GetProperty("orderId").GetGuid(), listed.GetProperty("state").GetString()).ShouldBe((order, "Open"));
        }

        (await viewer.GetAsync("/v1/experiments/orders?named=latest").AnswerAsync()).Status.ShouldBe(400);
        (await viewer.PostObjectAsync($"/v1/experiments/orders/{order}/cancel", new { text = "" }).AnswerAsync()).Status.ShouldBe(403);
        (await boss.PostObjectAsync($"/v1/experiments/orders/{Guid.Empty}/cancel", new { text = "" }).AnswerAsync()).Status.ShouldBe(404);
        (await boss.PostObjectAsync($"/v1/experiments/orders/{order}/cancel", new { text = "wrong table" }).AnswerAsync()).Status.ShouldBe(204);
        (await boss.PostObjectAsync("/v1/pipeline/resume", new { }).AnswerAsync()).Status.ShouldBeLessThan(300);

        (await viewer.GetAsync($"/v1/experiments/orders/{order}").JsonAsync()).GetProperty("state").GetString().ShouldBe("Cancelled");
        await using var db = lab.NewContext();
        var audit = await db.Audit.SingleAsync(a => a.Action == "cancel-experiment-order");
        (audit.Actor, audit.Target, audit.Details.Contains("wrong table")).ShouldBe(("api:boss", $"{order}", true));
        (await db.Experiments.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_key_and_body_is_the_same_order_and_another_body_is_refused()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();
        Task<(int Status, string Body)> Ask(string key, int seeds) => KeyedAsync(client, key, $$"""{"name":"mix","dataset":"simulated","seeds":{{seeds}}}""");

        var orders = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Ask("night-1", 2)));

        orders.ShouldAllBe(o => o.Status == 201);
        orders.Select(o => JsonSerializer.Deserialize<JsonElement>(o.Body).GetProperty("orderId").GetGuid()).Distinct().ShouldHaveSingleItem();
        var other = await Ask("night-1", 3);
        (other.Status, other.Body.Contains("needs a new key")).ShouldBe((409, true));
        (await Ask("with space", 2)).Status.ShouldBe(400);
        (await lab.CountAsync("select count(*) from zigong.experiment_orders")).ShouldBe(1);
        (await lab.CountAsync("select count(*) from zigong.audit where action = 'experiment'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"name":"mixed","dataset":"simulated"}""", "there is no experiment 'mixed'")]
    [InlineData("""{"name":"mix","dataset":"simulated","seeds":101}""", "the number of seeds is 101")]
    [InlineData("""{"name":"mix","dataset":"simulated","parallel":0}""", "the number of runs at a time is 0")]
    [InlineData("""{"name":"mix","dataset":"simulated","folds":101}""", "Snapshot:Folds is 101")]
    [InlineData("""{"name":"mix","dataset":"simulated","arms":[null]}""", "an arm is null")]
    [InlineData("""{"name":"mix","dataset":"simulated","options":["Tuning:Steps=3"]}""", "did you mean")]
    [InlineData("""{"name":"mix","dataset":"simulated","options":["Agent:Base=/etc"]}""", "must be nano or a base that this server offers")]
    [InlineData("""{"name":"mix","dataset":"simulated","uploads":["00000000-0000-0000-0000-000000000000"]}""", "is unknown, not Ingested")]
    [InlineData("""{"name":"mix","dataset":"nowhere"}""", "is no data set")]
    public async Task What_cannot_be_is_refused_at_once(string body, string reason)
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();

        var (status, answer) = await client.PostTextAsync("/v1/experiments", body).AnswerAsync();

        status.ShouldBe(400, answer);
        JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(reason);
        (await lab.CountAsync("select count(*) from zigong.experiment_orders")).ShouldBe(0);
    }

    [Fact]
    public async Task What_only_the_data_can_say_stands_in_the_order_and_what_is_not_there_is_404()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client();

        var order = (await client.PostObjectAsync("/v1/experiments", Request).JsonAsync()).GetProperty("orderId").GetGuid();
        await lab.UntilAsync(async db => await db.ExperimentOrders.SingleAsync() is { State: not ExperimentOrderState.Open } o ? o : null, "the refusal");

        var failed = await client.GetAsync($"/v1/experiments/orders/{order}").JsonAsync();
        failed.GetProperty("state").GetString().ShouldBe("Failed");
        failed.GetProperty("failure").GetProperty("input").GetBoolean().ShouldBeTrue();
        foreach (var path in new[] { $"orders/{Guid.Empty}", new string('a', 64), $"{new string('a', 64)}/result" })
        {
            (await client.GetAsync($"/v1/experiments/{path}").AnswerAsync()).Status.ShouldBe(404, path);
        }

        (await client.PostObjectAsync($"/v1/experiments/{new string('a', 64)}/cancel", new { text = "" }).AnswerAsync()).Status.ShouldBe(404);
    }

    /// <summary>Asks, and waits for the plan.</summary>
    private static async Task<string> PlannedAsync(Lab lab, HttpClient client, object request)
    {
        var order = (await client.PostObjectAsync("/v1/experiments", request).JsonAsync()).GetProperty("orderId").GetGuid();
        var planned = await lab.UntilAsync(
            async db => await db.ExperimentOrders.SingleAsync(o => o.OrderId == order) is { State: not ExperimentOrderState.Open } o ? o : null, "the plan");
        return planned.ExperimentId.ShouldNotBeNull(planned.Failure);
    }

    private static async Task<(int Status, string Body)> KeyedAsync(HttpClient client, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/experiments") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request).AnswerAsync();
    }
}
