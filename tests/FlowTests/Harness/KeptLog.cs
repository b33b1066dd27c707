using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ZiGong.FlowTests.Harness;

/// <summary>Keeps what is logged.</summary>
internal sealed class KeptLog<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _kept = new();

    public IReadOnlyList<string> Warnings => [.. _kept.Where(l => l.Level == LogLevel.Warning).Select(l => l.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _kept.Enqueue((logLevel, formatter(state, exception)));
}
