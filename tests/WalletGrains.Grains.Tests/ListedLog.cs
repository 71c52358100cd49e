using Microsoft.Extensions.Logging;

namespace WalletGrains.Grains.Tests;

/// <summary>What was logged: the events and their levels, in order, and what was said.</summary>
internal sealed class ListedLog<T> : ILogger<T>
{
    public List<(int Event, LogLevel Level)> Lines { get; } = [];

    /// <summary>The text of each line, with the exception if there was one.</summary>
    public List<string> Texts { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Add((eventId.Id, logLevel));
        Texts.Add(formatter(state, exception) + exception);
    }
}
