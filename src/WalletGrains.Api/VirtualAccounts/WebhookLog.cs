using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.VirtualAccounts;

internal static partial class WebhookLog
{
    [LoggerMessage(3300, LogLevel.Error, "A report of the bank was not taken: there is no GLOBUS_WEBHOOK_SECRET to check it with. The bank sends it again")]
    public static partial void NoSecret(ILogger logger);

    [LoggerMessage(3301, LogLevel.Warning, "A report of the bank was refused with {Code}: {Detail}")]
    public static partial void Refused(ILogger logger, string code, string detail);

    [LoggerMessage(3302, LogLevel.Information, "The bank reported the event {Event}, which is not known and was ignored")]
    public static partial void Ignored(ILogger logger, string @event);

    [LoggerMessage(3303, LogLevel.Error, "The bank reported payment {Reference} again with another account, amount or currency; nothing was credited and operators have a dead letter")]
    public static partial void Contradicting(ILogger logger, string reference);

    [LoggerMessage(3304, LogLevel.Warning, "The bank reported payment {Reference} with an occurredAt that cannot be read; it counts as made when it was reported")]
    public static partial void TimeUnreadable(ILogger logger, string reference);
}
