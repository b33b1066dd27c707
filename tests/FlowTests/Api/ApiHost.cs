using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZiGong.Control;
using ZiGong.Control.Api;
using ZiGong.Control.Api.Access;
using ZiGong.Evaluation;
using ZiGong.FlowTests.Harness;
using ZiGong.GradientExtraction;
using ZiGong.Hosting;
using ZiGong.Ingest;
using ZiGong.Reports.Charts;
using ZiGong.Selection;
using ZiGong.Templating;
using ZiGong.TracSeqScoring;
using ZiGong.Training;

namespace ZiGong.FlowTests.Api;

/// <summary>Control with its API on a free port of this machine, and the services behind it, over a lab's database.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Operator = "zg_operator-of-the-tests";
    public const string Viewer = "zg_viewer-of-the-tests";
    public const string Expired = "zg_expired-last-year";
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, string tokenFile)
    {
        _app = app;
        TokenFilePath = tokenFile;
        Address = new Uri(app.Urls.Single());
    }

    public Uri Address { get; }

    public string TokenFilePath { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The faults behind answers of 500 and more.</summary>
    public IReadOnlyList<string> FaultsSeen => [.. _app.Services.GetServices<ILoggerProvider>().OfType<Faults>().Single().Seen];

    /// <param name="all">With every service of the pipeline, not Control and Ingest alone.</param>
    /// <param name="settings">Settings beyond those of the tests.</param>
    public static async Task<ApiHost> StartAsync(Lab lab, bool all = false, params (string Name, string Value)[] settings)
    {
        var tokens = Path.Combine(lab.Folder, "tokens");
        if (!File.Exists(tokens))
        {
            WriteTokens(tokens, Line("boss", "operator", Operator), Line("clerk", "viewer", Viewer), Line("former", "operator", Expired) + " 2020-01-01");
        }

        var app = Build(lab, tokens, all, settings);
        await app.StartAsync();
        return new ApiHost(app, tokens);
    }

    /// <summary>The process as it is before it starts; mapping refuses what cannot be used.</summary>
    public static WebApplication Build(Lab lab, string tokens, bool all = false, params (string Name, string Value)[] settings)
    {
        MassTransit.LogContext.Current = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new Faults());
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Pipeline:TokenFile"] = tokens,
            ["Pipeline:RequestsPerSecond"] = "100000",
            ["Pipeline:UnknownRequestsPerMinute"] = "100000",
        };
        foreach (var (name, value) in settings)
        {
            values[name] = value;
        }

        builder.Configuration.AddInMemoryCollection(values);
        builder.WebHost.UseUrls(lab.Options.Http);
        builder.Services.AddPipeline(lab.Options, pipeline =>
        {
            pipeline.AddIngest();
            pipeline.AddControl();
            pipeline.Services.AddControlApi();
            if (all)
            {
                pipeline.AddTraining();
                pipeline.AddGradientExtraction();
                pipeline.AddTracSeqScoring();
                pipeline.AddSelection();
                pipeline.AddTemplating();
                pipeline.AddEvaluation();
            }
        });
        var app = builder.Build();
        app.MapControlApi();
        return app;
    }

    public static string Line(string name, string role, string token) => $"{name} {role} {Convert.ToHexStringLower(TokenFile.HashOf(token))}";

    public static void WriteTokens(string path, params string[] lines)
    {
        File.WriteAllLines(path, lines);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public HttpClient Client(string? token = Operator)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps what the API logs as its own fault, for the message of a test that fails.</summary>
internal sealed class Faults : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Seen { get; } = [];

    public ILogger CreateLogger(string categoryName) => categoryName.Contains(".Control.Api.", StringComparison.Ordinal) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Seen.Enqueue($"{formatter(state, exception)}: {exception}");
        }
    }

    public void Dispose()
    {
    }
}

internal static class HttpCalls
{
    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public static Task<HttpResponseMessage> PostObjectAsync(this HttpClient client, string path, object body) =>
        client.PostTextAsync(path, JsonSerializer.Serialize(body));

    /// <summary>The answer's JSON; the status has to be one of success.</summary>
    public static async Task<JsonElement> JsonAsync(this Task<HttpResponseMessage> call)
    {
        using var response = await call;
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(text)
            : throw new InvalidOperationException($"{(int)response.StatusCode}: {text}");
    }

    /// <summary>Status and body.</summary>
    public static async Task<(int Status, string Body)> AnswerAsync(this Task<HttpResponseMessage> call)
    {
        using var response = await call;
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
