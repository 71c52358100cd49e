using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Pays money into and out of wallets: funding in family 1, deposits and withdrawals in family 2.</summary>
internal sealed class BalanceEndpoints(IGrainFactory grains, WalletDirectory directory, RateLimits limits, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallets/fund", FundAsync, new("fundWallet", "Wallets", "Pay money into a wallet")
        {
            Description = "A repeated idempotencyKey is refused with the transactionId of the first request.",
            Access = Access.MoneyIn,
            Body = typeof(FundRequest),
            RequestIdMember = "idempotencyKey",
            Status = StatusCodes.Status201Created,
            Response = typeof(WalletResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.DuplicateIdempotencyKey, ProblemKind.AmountTooLarge, .. Stopped],
        });
        endpoints.MapApi("POST", "/wallet/{id}/deposit", DepositAsync, new("deposit", "Wallet", "Pay money into a wallet")
        {
            Access = Access.MoneyIn,
            Body = typeof(BalanceChangeRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(BalanceChangeResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge, .. Stopped],
        });
        endpoints.MapApi("POST", "/wallet/{id}/withdraw", WithdrawAsync, new("withdraw", "Wallet", "Pay money out of a wallet")
        {
            Access = Access.MoneyMove,
            Body = typeof(BalanceChangeRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(BalanceChangeResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.InsufficientFunds, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge,
                ProblemKind.LimitExceeded, .. Stopped,
            ],
        });
    }

    private static IReadOnlyList<ProblemKind> Stopped { get; } = [ProblemKind.WalletFrozen, ProblemKind.WalletClosed];

    private async ValueTask<Answer> FundAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.FundRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.RequiredId("wallet_id", body.WalletId);
        var requestId = errors.RequestId("idempotencyKey", body.IdempotencyKey, context.Request, time);
        var description = errors.OptionalText("description", body.Description, Limits.MaxDescriptionLength);
        var metadata = errors.Metadata("metadata", body.Metadata);
        errors.RequiredAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (limits.TakeWallet(walletId) is { } tooMany)
        {
            return tooMany;
        }

        var (amount, refused) = await directory.ReadAmountAsync(context, walletId, body.Amount);
        if (refused is not null)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, walletId);
        var grain = grains.GetGrain<IWalletGrain>(walletId);
        WalletOutcome.Accepted accepted;
        try
        {
            var outcome = await grain.ExecuteAsync(new Deposit(requestId, amount, description, metadata));
            if (Refusals.OfOnce(outcome, requestId) is { } refusal)
            {
                return refusal;
            }

            accepted = (WalletOutcome.Accepted)outcome;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }

        try
        {
            var wallet = await grain.GetAsync();
            return Answer.Created(WalletResponse.Of(wallet!), ApiJson.Wire.WalletResponse) with
            {
                Made = new(MadeKind.Transaction, accepted.Entry.EntryId),
            };
        }
        catch (Exception exception) when (Failures.OfReadAfterCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    private ValueTask<Answer> DepositAsync(HttpContext context) =>
        ChangeAsync(context, static (requestId, amount, description, metadata) => new Deposit(requestId, amount, description, metadata));

    private ValueTask<Answer> WithdrawAsync(HttpContext context) =>
        ChangeAsync(context, static (requestId, amount, description, metadata) => new Withdraw(requestId, amount, description, metadata));

    private async ValueTask<Answer> ChangeAsync(HttpContext context, Func<RequestId, Money, string?, Metadata?, WalletCommand> command)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.BalanceChangeRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var description = errors.OptionalText("description", body.Description, Limits.MaxDescriptionLength);
        var metadata = errors.Metadata("metadata", body.Metadata);
        errors.RequiredAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var (amount, refused) = await directory.ReadAmountAsync(context, walletId, body.Amount);
        if (refused is not null)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, walletId);
        try
        {
            var outcome = await grains.GetGrain<IWalletGrain>(walletId).ExecuteAsync(command(requestId, amount, description, metadata));
            return outcome is WalletOutcome.Accepted accepted
                ? Answer.Ok(BalanceChangeResponse.Of(accepted.Entry), ApiJson.Wire.BalanceChangeResponse) with
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
}
