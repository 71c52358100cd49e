using Microsoft.Extensions.Logging;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>What was logged: the events and their levels, in order.</summary>
internal sealed class ListedLog<T> : ILogger<T>
{
    public List<(int Event, LogLevel Level)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add((eventId.Id, logLevel));
}
