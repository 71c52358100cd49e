using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Transfers;

namespace WalletGrains.Api.Transfers;

/// <summary>Gives back transfers, in full or in part.</summary>
internal sealed class ReversalEndpoints(IGrainFactory grains, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("POST", "/transfers/{id}/reverse", ReverseAsync, new("reverseTransfer", "Wallet", "Give back a transfer")
        {
            Description = "A reversal is a transfer of its own, the other way round. All reversals of a transfer together never exceed it.",
            Access = Access.MoneyReverse,
            Body = typeof(ReverseTransferRequest),
            BodyIsOptional = true,
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(ReverseTransferResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.InsufficientFunds, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge,
                ProblemKind.NotReversible, ProblemKind.ReversalExceedsOriginal, ProblemKind.WalletClosed,
            ],
        });

    private async ValueTask<Answer> ReverseAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.ReverseTransferRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var transferId = errors.PathId(context);
        var requestId = errors.ReversalId("requestId", body.RequestId, context.Request, time);
        var reason = errors.OptionalText("reason", body.Reason, Limits.MaxDescriptionLength);
        errors.OptionalAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var grain = grains.GetGrain<ITransferGrain>(0);
        if (await grain.FindAsync(transferId) is not { } original)
        {
            return Problem.NotFound;
        }

        if (AmountText.TryRead(body.Amount, "amount", original.Amount.Currency, out var amount) is { } invalid)
        {
            return invalid;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, original.ToWalletId);
        try
        {
            var outcome = await grain.ReverseAsync(new ReverseTransfer(requestId, transferId, amount, reason));
            return outcome is TransferOutcome.Completed completed
                ? Answer.Ok(ReverseTransferResponse.Of(completed, transferId), ApiJson.Wire.ReverseTransferResponse) with
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
}

/// <summary>Gives back the transfer in the path.</summary>
internal sealed record ReverseTransferRequest
{
    /// <summary>How much, in major units of its currency; all that is left of it when left out.</summary>
    public AmountText? Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>Words for both histories, at most 500 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>A reversal. A function of its debit alone, so that a repeat is answered byte for byte.</summary>
/// <param name="TransferId">Its id: it is a transfer of its own.</param>
/// <param name="ReversedTransferId">The transfer that it gives back.</param>
/// <param name="Amount">How much.</param>
/// <param name="Status">COMPLETED: the payer of the transfer is credited.</param>
internal sealed record ReverseTransferResponse(Guid TransferId, Guid ReversedTransferId, decimal Amount, string Status)
{
    public static ReverseTransferResponse Of(TransferOutcome.Completed completed, Guid reversedTransferId) => new(
        completed.TransferId,
        reversedTransferId,
        completed.Debit.Amount.ToMajor(),
        TransferResponse.Name(TransferStatus.Completed));
}
