using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Freezes, unfreezes and closes wallets.</summary>
internal sealed class LifecycleEndpoints(IGrainFactory grains, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallet/{id}/freeze", FreezeAsync, Operation("freezeWallet", "Stop a wallet") with
        {
            Description = "No money comes in or goes out until it is unfrozen. What was begun comes to its end: holds are captured and released, "
                + "refunds and reversals are taken.",
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.WalletFrozen, ProblemKind.WalletClosed],
        });
        endpoints.MapApi("POST", "/wallet/{id}/unfreeze", UnfreezeAsync, Operation("unfreezeWallet", "Let a frozen wallet move again") with
        {
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.WalletNotFrozen, ProblemKind.WalletClosed],
        });
        endpoints.MapApi("POST", "/wallet/{id}/close", CloseAsync, Operation("closeWallet", "Close an empty wallet") with
        {
            Description = "For its owner and for operators; a frozen one only for operators. A refund or reversal that comes back to a closed wallet opens it again.",
            Access = Access.WalletsWrite,
            Problems =
            [
                ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.WalletNotEmpty,
                ProblemKind.WalletFrozen, ProblemKind.WalletClosed,
            ],
        });
    }

    private static Operation Operation(string id, string summary) => new(id, "Wallet", summary)
    {
        Access = Access.Operator,
        Body = typeof(LifecycleRequest),
        BodyIsOptional = true,
        RequestIdMember = "requestId",
        Replays = true,
        Response = typeof(WalletResponse),
    };

    private ValueTask<Answer> FreezeAsync(HttpContext context) =>
        ExecuteAsync(context, static (requestId, reason) => new FreezeWallet(requestId, reason));

    private ValueTask<Answer> UnfreezeAsync(HttpContext context) =>
        ExecuteAsync(context, static (requestId, reason) => new UnfreezeWallet(requestId, reason));

    private ValueTask<Answer> CloseAsync(HttpContext context)
    {
        var byOperator = Caller.Of(context).IsOperator;
        return ExecuteAsync(context, (requestId, reason) => new CloseWallet(requestId, reason, EvenFrozen: byOperator), RefusalToClose);
    }

    /// <summary>A service may see a wallet and may not close it, unless the wallet is its own.</summary>
    private static Problem? RefusalToClose(Caller caller, Wallet wallet) =>
        caller.IsOperator || wallet.OwnerId == caller.UserId ? null
        : caller.MayUse(wallet.OwnerId) ? Problem.Forbidden
        : Problem.NotFound;

    /// <param name="context">The request.</param>
    /// <param name="command">What it asks, by its request id and reason.</param>
    /// <param name="refusal">What becomes of callers who may not ask it of this wallet; null where the policy says it all.</param>
    private async ValueTask<Answer> ExecuteAsync(
        HttpContext context, Func<RequestId, string?, WalletCommand> command, Func<Caller, Wallet, Problem?>? refusal = null)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.LifecycleRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var reason = errors.OptionalText("reason", body.Reason, Limits.MaxDescriptionLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var grain = grains.GetGrain<IWalletGrain>(walletId);
        if (await grain.GetAsync() is not { } wallet)
        {
            return Problem.NotFound;
        }

        if (refusal?.Invoke(Caller.Of(context), wallet) is { } refused)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, walletId);
        try
        {
            var outcome = await grain.ExecuteAsync(command(requestId, reason));
            return outcome is WalletOutcome.Accepted accepted
                ? Answer.Ok(WalletResponse.Of(After(accepted.Entry, wallet)), ApiJson.Wire.WalletResponse) with
                {
                    Replayed = accepted.Replayed,
                    Made = new(MadeKind.Transaction, accepted.Entry.EntryId),
                }
                : Refusals.Of(outcome, requestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    /// <summary>The wallet as an entry left it. What is not from the entry never changes, so that a repeat is answered byte for byte.</summary>
    private static Wallet After(Entry entry, Wallet wallet) => wallet with
    {
        BalanceMinor = entry.BalanceAfterMinor,
        HeldMinor = entry.HeldAfterMinor,
        Status = entry.StatusAfter,
        Version = entry.Version,
        UpdatedAt = entry.CreatedAt,
    };
}

/// <summary>Freezes, unfreezes or closes the wallet in the path.</summary>
internal sealed record LifecycleRequest
{
    /// <summary>Why, at most 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }
}
