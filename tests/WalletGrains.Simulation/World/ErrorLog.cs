using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.InProcess.Simulation;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>
/// Fails the run when a wallet logs an error: it does so only when an invariant is broken, and the caller who would be told may
/// have given up long before.
/// </summary>
internal sealed class ErrorLog(SimulatedWorld world) : ILoggerFactory
{
    private const string Wallets = "WalletGrains.Grains.Wallets.WalletPipeline";

    public ILogger CreateLogger(string categoryName) => categoryName == Wallets ? new WalletLog(world) : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class WalletLog(SimulatedWorld world) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                world.Fail(new AuditException($"A wallet logs: {formatter(state, exception)}: {exception}"));
            }
        }
    }
}
