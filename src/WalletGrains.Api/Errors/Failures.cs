using Microsoft.AspNetCore.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Errors;

/// <summary>What an exception on the way to or from a grain means to the caller. The only place that says so.</summary>
internal static class Failures
{
    /// <summary>An exception of a read, or before a command was sent; null when it is a fault of this product.</summary>
    public static Problem? OfRead(Exception exception) => exception switch
    {
        UnavailableException => Problem.Unavailable,
        LimitExceededException => Problem.Overloaded,
        TimeoutException => Problem.Unavailable,
        OrleansMessageRejectionException => Problem.Unavailable,
        BadHttpRequestException bad => Problem.OfStatus(bad.StatusCode),
        _ => null,
    };

    /// <summary>
    /// An exception that nobody on the way has taken; null when it is a fault of this product. Where the operation changes something and does not
    /// name its requests, a lost answer leaves open whether it did.
    /// </summary>
    public static Problem? OfRequest(Exception exception, Operation? operation) => exception switch
    {
        OutcomeUnknownException => Problem.OutcomeUnknownOf(operation?.IfUnknown ?? Operation.Again),
        TimeoutException or OrleansMessageRejectionException when operation?.IfUnknown is { } advice => Problem.OutcomeUnknownOf(advice),
        _ => OfRead(exception),
    };

    /// <summary>
    /// An exception of a command that was sent; null when it is a fault of this product. A lost answer says nothing about
    /// the command: it may be durable.
    /// </summary>
    public static Problem? OfCommand(Exception exception, RequestId requestId) => exception switch
    {
        UnavailableException => Problem.Unavailable,
        LimitExceededException => Problem.Overloaded,
        TimeoutException => Problem.OutcomeUnknown(requestId.ClientText ?? requestId.Value),
        OrleansMessageRejectionException => Problem.OutcomeUnknown(requestId.ClientText ?? requestId.Value),
        _ => null,
    };

    /// <summary>
    /// An exception of the read that only shows what a command did, after it did it. The command must not be reported as
    /// undone: repeating it with its request id tells.
    /// </summary>
    public static Problem? OfReadAfterCommand(Exception exception, RequestId requestId) =>
        OfRead(exception) is null ? null : Problem.OutcomeUnknown(requestId.ClientText ?? requestId.Value);
}
