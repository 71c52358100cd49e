namespace WalletGrains.Host.Database;

internal static partial class DatabaseLog
{
    [LoggerMessage(4101, LogLevel.Warning, "The database does not keep what it acknowledges: {Objections} Production refuses to start like this")]
    public static partial void Unsafe(ILogger logger, string objections);
}
