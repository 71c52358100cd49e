using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Transfers;

/// <summary>Moves money between wallets, in both route families, and tells how far a transfer has come.</summary>
internal sealed class TransferEndpoints(IGrainFactory grains, WalletDirectory directory, RateLimits limits, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallets/transfer", SendAsync, new("sendTransfer", "Wallets", "Move money between two wallets")
        {
            Access = Access.MoneyMove,
            Description = "A repeated idempotencyKey is refused with the transactionId of the first request.",
            Body = typeof(SendTransferRequest),
            RequestIdMember = "idempotencyKey",
            Status = StatusCodes.Status201Created,
            Response = typeof(SendTransferResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.DuplicateIdempotencyKey, .. Refused],
        });
        endpoints.MapApi("POST", "/wallet/{id}/transfer", TransferAsync, new("transfer", "Wallet", "Move money to another wallet")
        {
            Access = Access.MoneyMove,
            Body = typeof(WalletTransferRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(WalletTransferResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, .. Refused],
        });
        endpoints.MapApi("GET", "/transfers/{id}", GetAsync, new("getTransfer", "Wallet", "How far a transfer has come")
        {
            Access = Access.WalletsRead,
            Description = "For the owners of both wallets.",
            Response = typeof(TransferResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private static IReadOnlyList<ProblemKind> Refused { get; } =
    [
        ProblemKind.SameWallet, ProblemKind.InsufficientFunds, ProblemKind.CurrencyMismatch, ProblemKind.AmountTooLarge,
        ProblemKind.LimitExceeded, ProblemKind.WalletFrozen, ProblemKind.WalletClosed,
    ];

    private async ValueTask<Answer> SendAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.SendTransferRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var senderId = errors.RequiredId("senderWalletId", body.SenderWalletId);
        var receiverId = errors.RequiredId("receiverWalletId", body.ReceiverWalletId);
        var requestId = errors.RequestId("idempotencyKey", body.IdempotencyKey, context.Request, time);
        var description = errors.OptionalText("description", body.Description, Limits.MaxDescriptionLength);
        var metadata = errors.Metadata("metadata", body.Metadata);
        errors.RequiredAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (limits.TakeWallet(senderId) is { } tooMany)
        {
            return tooMany;
        }

        var (command, refused) = await AuthorizeAsync(context, requestId, senderId, receiverId, body.Amount, description, metadata);
        if (command is null)
        {
            return refused!;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, senderId);
        TransferOutcome.Completed completed;
        try
        {
            var outcome = await grains.GetGrain<ITransferGrain>(0).TransferAsync(command);
            if (Refusals.OfOnce(outcome, requestId) is { } refusal)
            {
                return refusal;
            }

            completed = (TransferOutcome.Completed)outcome;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }

        try
        {
            return await ShowAsync(completed.TransferId, senderId, receiverId, Caller.Of(context));
        }
        catch (Exception exception) when (Failures.OfReadAfterCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    private async ValueTask<Answer> TransferAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.WalletTransferRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var fromId = errors.PathId(context);
        var toId = errors.RequiredId("toWalletId", body.ToWalletId);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var description = errors.OptionalText("description", body.Description, Limits.MaxDescriptionLength);
        var metadata = errors.Metadata("metadata", body.Metadata);
        errors.RequiredAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var (command, refused) = await AuthorizeAsync(context, requestId, fromId, toId, body.Amount, description, metadata);
        if (command is null)
        {
            return refused!;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, fromId);
        try
        {
            var outcome = await grains.GetGrain<ITransferGrain>(0).TransferAsync(command);
            return outcome is TransferOutcome.Completed completed
                ? Answer.Ok(WalletTransferResponse.Of(completed, toId), ApiJson.Wire.WalletTransferResponse) with
                {
                    Replayed = completed.Replayed,
                    Made = new(MadeKind.Transfer, completed.TransferId),
                }
                : Refusals.Of(outcome, requestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var transferId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var caller = Caller.Of(context);
        return await grains.GetGrain<ITransferGrain>(0).FindAsync(transferId) is { } transfer
            && (await MayUseAsync(caller, transfer.FromWalletId) || await MayUseAsync(caller, transfer.ToWalletId))
            ? Answer.Ok(TransferResponse.Of(transfer), ApiJson.Wire.TransferResponse)
            : Problem.NotFound;
    }

    /// <summary>
    /// The command, when the payer's wallet is the caller's to use and the amount is one of its currency. The receiver is
    /// checked by the transfer itself.
    /// </summary>
    private async ValueTask<(StartTransfer? Command, Problem? Refused)> AuthorizeAsync(
        HttpContext context,
        RequestId requestId,
        Guid fromWalletId,
        Guid toWalletId,
        AmountText amountText,
        string? description,
        Metadata? metadata)
    {
        var (amount, refused) = await directory.ReadAmountAsync(context, fromWalletId, amountText);
        return refused is null ? (new StartTransfer(requestId, fromWalletId, toWalletId, amount, description, metadata), null) : (null, refused);
    }

    private async ValueTask<Answer> ShowAsync(Guid transferId, Guid senderId, Guid receiverId, Caller caller)
    {
        var sender = grains.GetGrain<IWalletGrain>(senderId).GetAsync();
        var receiver = grains.GetGrain<IWalletGrain>(receiverId).GetAsync();
        await Task.WhenAll(sender, receiver);
        var received = (await receiver)!;
        return Answer.Created(
            new SendTransferResponse(
                WalletResponse.Of((await sender)!),
                ReceiverResponse.Of(received, caller.MayUse(received.OwnerId)),
                transferId,
                TransferResponse.Name(TransferStatus.Completed)),
            ApiJson.Wire.SendTransferResponse) with
        {
            Location = $"/transfers/{transferId}",
            Made = new(MadeKind.Transfer, transferId),
        };
    }

    private async ValueTask<bool> MayUseAsync(Caller caller, Guid walletId) =>
        await directory.FindAsync(walletId) is { } known && caller.MayUse(known.OwnerId);
}
