using Shouldly;
using Xunit;
using ZiGong.Cli;

namespace ZiGong.UnitTests.Cli.Server;

/// <summary>What the command line makes of answers that are not what it asked for.</summary>
public sealed class ServerAnswerTests
{
    private const string Problem = "application/problem+json";

    [Theory]
    [InlineData(401, """{"detail":"x"}""", ExitCodes.Input, "does not know the token, or it has expired; give one in ZIGONG_TOKEN")]
    [InlineData(403, """{"detail":"x"}""", ExitCodes.Input, "the token's role is viewer: this needs an operator's")]
    [InlineData(404, """{"detail":"there is no run x"}""", ExitCodes.Input, "zigong: there is no run x")]
    [InlineData(409, """{"detail":"the key was used"}""", ExitCodes.Input, "zigong: the key was used")]
    [InlineData(400, """{"title":"Bad"}""", ExitCodes.Input, "zigong: the server answered 400 Bad Request")]
    [InlineData(503, """{"detail":"the database cannot be reached"}""", ExitCodes.Fault, "answered 503: the database cannot be reached")]
    [InlineData(500, "{}", ExitCodes.Fault, "answered 500; its log says more")]
    public async Task A_refusal_is_said_in_its_own_words_and_ends_as_input_or_fault(int status, string body, int exitCode, string words)
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer(body, status, Problem));

        var result = await server.RunAsync("runs");

        (result.ExitCode, result.Output).ShouldBe((exitCode, ""));
        result.Errors.ShouldContain(words);
        result.Errors.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData(400, "[]")]
    [InlineData(400, "not json at all")]
    [InlineData(400, "")]
    [InlineData(400, """{"detail":"\ud800"}""")]
    public async Task A_problem_that_is_none_leaves_its_status(int status, string body)
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer(body, status, Problem));

        var result = await server.RunAsync("runs");

        result.ExitCode.ShouldBe(ExitCodes.Input);
        result.Errors.ShouldBe($"zigong: the server answered 400 Bad Request{Environment.NewLine}");
    }

    [Theory]
    [InlineData("<html>Welcome</html>", "text/html")]
    [InlineData("<html>Welcome</html>", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("""[{"runId":"no id"}]""", "application/json")]
    [InlineData("", "text/plain; charset=no-such-thing")]
    public async Task What_no_pipeline_answers_is_asked_about_by_the_address(string body, string type)
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer(body, Type: type));

        var result = await server.RunAsync("runs");

        result.ExitCode.ShouldBe(ExitCodes.Fault);
        result.Errors.ShouldStartWith(
            $"zigong: {server.Address}/ did not answer as a pipeline of this version does ({type.Split(';')[0]}): is it the right address?");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_fault_with_its_address()
    {
        var server = await FakeServer.AlwaysAsync(new Answer("[]"));
        var gone = server.Address;
        await server.DisposeAsync();
        using var errors = new StringWriter();

        var exitCode = await CommandLine.RunAsync(["runs", $"--server={gone}"], TextWriter.Null, errors, CancellationToken.None);

        exitCode.ShouldBe(ExitCodes.Fault);
        errors.ToString().ShouldStartWith($"zigong: the server {gone}/ cannot be reached: ");
    }

    [Fact]
    public async Task A_server_that_asks_for_patience_gets_it()
    {
        var asked = 0;
        await using var server = await FakeServer.StartAsync(_ => ++asked < 3 ? new Answer("", 429, RetryAfter: "0") : new Answer("[]"));

        var result = await server.RunAsync("runs");

        result.ExitCode.ShouldBe(ExitCodes.Done);
        result.Output.ShouldContain("No runs yet.");
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Patience_ends_after_five_times()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("", 429, RetryAfter: "0"));

        var result = await server.RunAsync("runs");

        (result.ExitCode, server.Requests.Count).ShouldBe((ExitCodes.Input, 5));
        result.Errors.ShouldContain("429 Too Many Requests");
    }

    [Fact]
    public async Task An_error_is_an_object_under_json_here_too()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("""{"detail":"there is no run x"}""", 404, Problem));

        var result = await server.RunAsync("show", "0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10", "--json");

        result.Errors.ShouldContain("\"message\": \"there is no run x\"");
        result.Errors.ShouldContain("\"exitCode\": 2");
    }

    [Theory]
    [InlineData("--server=ftp://pipeline.example", "is not a server's address")]
    [InlineData("--server=latest", "is not a server's address")]
    public async Task What_is_no_address_is_refused_with_how_to_write_one(string option, string words)
    {
        using var errors = new StringWriter();

        (await CommandLine.RunAsync(["runs", option], TextWriter.Null, errors, CancellationToken.None)).ShouldBe(ExitCodes.Input);
        errors.ToString().ShouldContain(words);
    }

    [Theory]
    [InlineData("scores", "latest")]
    [InlineData("demo")]
    public async Task What_works_on_the_pipelines_machine_alone_says_what_works_with_a_server(string command, params string[] arguments)
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("[]"));

        var result = await server.RunAsync([command, .. arguments]);

        result.ExitCode.ShouldBe(ExitCodes.Input);
        result.Errors.ShouldContain($"`zigong {command}` does not work with a server");
        result.Errors.ShouldContain("runs, show, events, replay");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_report_of_a_run_is_written_on_the_pipelines_machine()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("[]"));

        var result = await server.RunAsync("report", "latest");

        result.ExitCode.ShouldBe(ExitCodes.Input);
        result.Errors.ShouldContain("reports of experiments alone");
    }

    [Fact]
    public async Task Every_request_carries_the_token()
    {
        await using var server = await FakeServer.AlwaysAsync(new Answer("[]"));

        await server.RunAsync("runs");

        server.Tokens.ShouldBe(["Bearer zg_of_a_test"]);
    }
}
