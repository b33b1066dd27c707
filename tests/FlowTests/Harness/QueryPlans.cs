using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ZiGong.FlowTests.Harness;

/// <summary>A data source whose server explains every command it runs: what EXPLAIN would say of the very queries of the code, with their parameters.</summary>
internal sealed class QueryPlans : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _plans = new();

    /// <summary>The plans so far; each begins with the text of its query.</summary>
    public IReadOnlyList<string> Taken => [.. _plans];

    public NpgsqlDataSource Open(string database)
    {
        const string Explain = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_level=notice";
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(database) { Options = Explain }.ConnectionString);
        builder.UseLoggerFactory(this);
        return builder.Build();
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        var plan = text.IndexOf("Query Text:", StringComparison.Ordinal);
        if (plan >= 0)
        {
            _plans.Enqueue(text[plan..]);
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
