using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli;

namespace ZiGong.UnitTests.Cli.Server;

/// <summary>Commands over a server: what they ask for, and what they print of it.</summary>
public sealed class ServerCommandTests
{
    private const string Id = "0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10";
    private const string Short = "0199d0a2-77a1";

    private const string Summary =
        """{"runId":"0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10","dataset":"german","kind":"full","status":"Completed","generation":1"""
        + ""","requestedAt":"2026-03-01T10:00:00Z","finishedAt":"2026-03-01T10:03:09Z","parentRun":null,"codeVersion":"1-2","model":"champion"}""";

    [Fact]
    public async Task Runs_are_a_table_of_what_the_server_said()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer($"[{Summary}]"));

        var result = await server.RunAsync("runs", "--limit", "7", "--all");

        result.ExitCode.ShouldBe(ExitCodes.Done);
        Words(result.Output).ShouldContain($"{Short} german full Completed 2026-03-01 10:00:00 3 min 09 s champion");
        server.Requests.ShouldBe(["GET /v1/runs?limit=7&all=true"]);
    }

    [Fact]
    public async Task A_run_that_failed_says_where_and_what_to_do()
    {
        var details = Details(
            "Failed", """{"stage":"Agent","done":2,"leased":0,"pending":3,"failed":1,"reused":0}""",
            failure: """{"stage":"Agent","unit":"slice-0002","reason":"no memory","whatToDo":"add some","input":false}""");
        await using var server = await FakeServer.AlwaysAsync(new Answer(details));

        var result = await server.RunAsync("show", Id);

        var words = Words(result.Output);
        words.ShouldContain($"Run {Id}: full on german, Failed, requested 2026-03-01 10:00:00 UTC, took 3 min 09 s");
        words.ShouldContain("Agent 2 3 1", Case.Sensitive, "what is none is left out");
        words.ShouldContain("Failed in stage Agent, unit slice-0002: no memory");
        words.ShouldContain("add some");
        server.Requests.ShouldBe([$"GET /v1/runs/{Id}"]);
    }

    [Fact]
    public async Task A_rejected_model_is_shown_with_its_reasons_and_figures()
    {
        var details = Details(
            "Completed", outcomeType: "ModelRejected",
            outcome: """{"Model":"m1","Reasons":["signal: AUC 0.5"],"Metrics":{"Ks":0.25,"Auc":null},"AdapterUri":"file:///a"}""");
        await using var server = await FakeServer.StartAsync(asked => new Answer(asked == "GET /v1/runs" ? $"[{Summary}]" : details));

        var result = await server.RunAsync("show", "latest");

        server.Requests.ShouldBe(["GET /v1/runs?named=latest", $"GET /v1/runs/{Id}"]);
        var words = Words(result.Output);
        words.ShouldContain("ModelRejected: m1");
        words.ShouldContain("because signal: AUC 0.5");
        words.ShouldContain("Ks 0.250");
        words.ShouldNotContain("Auc", Case.Sensitive, "what has no number is no figure");
        words.ShouldContain("Adapter: file:///a");
    }

    [Fact]
    public async Task What_a_server_sends_does_not_steer_the_terminal()
    {
        const string errors = """
            {"deadLetters":[{"id":3,"queue":"q","messageType":"\u001b[2JType","messageId":null,"runId":null,
             "exception":"first\u0007 line\nsecond","receivedAt":"2026-03-01T10:00:00Z","state":"Open",
             "reason":null,"handledBy":null,"handledAt":null,"body":null}],
             "failedUnits":[{"runId":"0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10","stage":"Agent","unit":"u","attempts":3,"error":"\u009b31mred\nmore"}]}
            """;
        await using var server = await FakeServer.AlwaysAsync(new Answer(errors));

        var result = await server.RunAsync("errors", "--limit", "9");

        result.ExitCode.ShouldBe(ExitCodes.Done, result.Errors);
        result.Output.ShouldNotContain("\u001b");
        result.Output.ShouldNotContain("\u009b");
        result.Output.ShouldNotContain("\u0007");
        Words(result.Output).ShouldContain("3 2026-03-01 10:00:00 q \uFFFD[2JType Open first\uFFFD line");
        result.Output.ShouldNotContain("second", Case.Sensitive, "a table shows the first line");
        server.Requests.ShouldBe(["GET /v1/errors?all=false&limit=9"]);
    }

    [Fact]
    public async Task One_dead_letter_is_shown_whole()
    {
        const string letter =
            """{"id":3,"queue":"q","messageType":"T","messageId":null,"runId":null"""
            + ""","exception":"a\nb","receivedAt":"2026-03-01T10:00:00Z","state":"Discarded","body":"{}","attempts":0"""
            + ""","reason":"a test","handledBy":"api:boss","handledAt":"2026-03-01T10:00:00Z"}""";
        await using var server = await FakeServer.AlwaysAsync(new Answer(letter));

        (await server.RunAsync("errors", "show", "3")).Output.Split(Environment.NewLine)[0].ShouldBe("Dead letter 3 of queue q, Discarded by api:boss: a test");
        await server.RunAsync("errors", "requeue", "3");
        await server.RunAsync("errors", "discard", "3", "--reason", "a \"test\"");

        server.Requests.ShouldBe(["GET /v1/errors/3", "POST /v1/errors/3/requeue", """POST /v1/errors/3/discard {"text":"a \u0022test\u0022"}"""]);
    }

    [Fact]
    public async Task Events_are_read_page_by_page_from_where_the_last_one_ended()
    {
        string Page(int first, int count) =>
            $"[{string.Join(',', Enumerable.Range(first, count).Select(Event))}]";

        string Event(int sequence) =>
            $$$"""{"sequence":{{{sequence}}},"messageId":"{{{Id}}}","runId":"{{{Id}}}","generation":1"""
            + ""","type":"ReferenceAveraged","unit":"u","occurredAt":"2026-03-01T10:00:00Z","payload":{"Samples":5}}""";
        var pages = new Queue<string>([Page(1, 500), Page(501, 3)]);
        await using var server = await FakeServer.StartAsync(_ => new Answer(pages.Dequeue()));

        var result = await server.RunAsync("events", Id);

        server.Requests.ShouldBe([$"GET /v1/runs/{Id}/events?after=0&limit=500", $"GET /v1/runs/{Id}/events?after=500&limit=500"]);
        result.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(503);
        Words(result.Output).ShouldContain($"503 2026-03-01 10:00:00 {Short} ReferenceAveraged Samples 5");
    }

    [Fact]
    public async Task A_run_is_ordered_once_though_the_server_stumbles()
    {
        var starts = 0;
        await using var server = await FakeServer.StartAsync(asked => asked switch
        {
            "POST /v1/runs" => ++starts == 1 ? new Answer("", 503) : new Answer($$"""{"runId":"{{Id}}"}""", 201),
            _ => new Answer(Details("Completed")),
        });

        var result = await server.RunAsync("run", "--dataset", "german", "--set", "Selection:TopShare=0.5", "--seed", "9");

        result.ExitCode.ShouldBe(ExitCodes.Done, result.Errors);
        result.Errors.ShouldContain($"run {Id} (the server does the work)");
        server.Keys.Count.ShouldBe(2);
        server.Keys.Distinct().Count().ShouldBe(1, "the same key is the same run");
        var order = JsonDocument.Parse(server.Requests.First().Split(' ', 3)[2]).RootElement;
        order.GetProperty("dataset").GetString().ShouldBe("german");
        order.GetProperty("options").EnumerateArray().Select(o => o.GetString()).ShouldBe(["Selection:TopShare=0.5", "Seed=9"]);
    }

    [Theory]
    [InlineData("run", "give either --dataset DESCRIPTOR or --resume RUN")]
    [InlineData("run --dataset german --resume latest", "give either --dataset DESCRIPTOR or --resume RUN")]
    [InlineData("run --dataset german nowhere.csv", "nowhere.csv: there is no such file")]
    [InlineData("run --dataset german --set Selection:TopShare=7", "between 0 and 1")]
    [InlineData("withdraw file.csv", "with a server give --upload ID")]
    [InlineData("replay 0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10 --from nowhere", "nowhere")]
    public async Task What_cannot_be_meant_is_refused_before_the_server_is_asked(string line, string words)
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("[]"));

        var result = await server.RunAsync(line.Split(' '));

        (result.ExitCode, server.Requests.Count).ShouldBe((ExitCodes.Input, 0), result.Errors);
        result.Errors.ShouldContain(words);
    }

    [Fact]
    public async Task A_run_that_fails_while_it_is_followed_ends_by_whose_fault_it_is()
    {
        foreach (var (input, exitCode) in new[] { ("true", ExitCodes.Input), ("false", ExitCodes.Fault) })
        {
            var failed = Details("Failed", failure: $$"""{"stage":"Agent","unit":"u","reason":"r","whatToDo":"w","input":{{input}}}""");
            await using var server = await FakeServer.StartAsync(
                asked => new Answer(
                    asked.EndsWith("/retry", StringComparison.Ordinal) ? "" : failed, asked.EndsWith("/retry", StringComparison.Ordinal) ? 204 : 200));

            var result = await server.RunAsync("retry", Id);

            result.ExitCode.ShouldBe(exitCode);
            result.Errors.ShouldContain($"zigong: run {Id} failed in stage Agent, unit u: r\n        w");
        }
    }

    [Fact]
    public async Task Pausing_sends_the_reason_and_prints_who_did_it()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer(
            """{"paused":true,"reason":"disk","changedBy":"api:boss","changedAt":"2026-03-01T10:00:00Z"}"""));

        var result = await server.RunAsync("pause", "--reason", "disk");

        result.Output.Trim().ShouldBe("The pipeline is paused since 2026-03-01 10:00:00 UTC by api:boss: disk. It goes on with: zigong resume");
        server.Requests.ShouldBe(["""POST /v1/pipeline/pause {"text":"disk"}"""]);
        (await server.RunAsync("pause", "--json")).Output.ShouldContain("\"paused\": true");
    }

    [Fact]
    public async Task A_dry_replay_prints_what_would_be_done()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer(
            $$"""{"sourceRun":"{{Id}}","runId":null,"generation":2,"child":false"""
            + $$""","stages":[{"stage":"Evaluation","recompute":1,"reused":0,"kept":0,"open":0,"why":"asked for"}"""
            + $$""",{"stage":"Agent","recompute":0,"reused":1200,"kept":3,"open":0,"why":"same keys"}]}"""));

        var result = await server.RunAsync("replay", Id, "--from", "evaluation", "--dry-run");

        result.ExitCode.ShouldBe(ExitCodes.Done, result.Errors);
        result.Output.ShouldStartWith($"Generation 2 of run {Id}");
        Words(result.Output).ShouldContain("evaluation 1 asked for");
        Words(result.Output).ShouldContain("agent 1,200 3 same keys");
        server.Requests.Single().ShouldStartWith($"POST /v1/runs/{Id}/replay {{\"from\":\"Evaluation\"");
    }

    private static string Details(string status, string stages = "", string failure = "null", string? outcomeType = null, string outcome = "null") =>
        $$"""{"run":{{Summary.Replace("Completed", status, StringComparison.Ordinal)}},"snapshot":null,"options":{}"""
        + $$""","stages":[{{stages}}],"failure":{{failure}}"""
        + $$""","outcomeType":{{(outcomeType is null ? "null" : $"\"{outcomeType}\"")}},"outcome":{{outcome}}}""";

    /// <summary>The output with single blanks, so that widths of columns do not matter.</summary>
    private static string Words(string output) =>
        string.Join('\n', output.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
}
