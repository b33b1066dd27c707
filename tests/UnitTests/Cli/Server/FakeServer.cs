using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ZiGong.Cli;

namespace ZiGong.UnitTests.Cli.Server;

/// <summary>An answer as a server of a pipeline, or of anything else, may give it.</summary>
internal sealed record Answer(string Body, int Status = 200, string Type = "application/json", string? RetryAfter = null);

/// <summary>A server on this machine that answers what a test tells it to, and notes what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    // Who speaks to a server needs a token; nothing else in these tests looks at the variable.
    static FakeServer() => Environment.SetEnvironmentVariable("ZIGONG_TOKEN", "zg_of_a_test");

    private FakeServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>Such as <c>GET /v1/runs?limit=20</c>, with the body behind it.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string> Keys { get; } = new();

    public ConcurrentQueue<string> Tokens { get; } = new();

    /// <param name="answer">Of method and path, without the query.</param>
    public static async Task<FakeServer> StartAsync(Func<string, Answer> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeServer(builder.Build());
        server._app.Run(async http =>
        {
            var asked = $"{http.Request.Method} {http.Request.Path}";
            using var reader = new StreamReader(http.Request.Body);
            server.Requests.Enqueue($"{asked}{http.Request.QueryString} {await reader.ReadToEndAsync()}".TrimEnd());
            server.Tokens.Enqueue(http.Request.Headers.Authorization.ToString());
            if (http.Request.Headers.TryGetValue("Idempotency-Key", out var key))
            {
                server.Keys.Enqueue(key.ToString());
            }

            var (body, status, type, retryAfter) = answer(asked);
            (http.Response.StatusCode, http.Response.ContentType) = (status, type);
            if (retryAfter is not null)
            {
                http.Response.Headers.RetryAfter = retryAfter;
            }

            await http.Response.WriteAsync(body);
        });
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The same answer whatever is asked.</summary>
    public static Task<FakeServer> AlwaysAsync(Answer answer) => StartAsync(_ => answer);

    /// <summary>A command that is given this server.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync([.. args, $"--server={Address}"], output, errors, CancellationToken.None);
        return (exitCode, output.ToString(), errors.ToString());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
