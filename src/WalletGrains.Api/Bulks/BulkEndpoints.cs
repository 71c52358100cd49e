using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Bulks;

namespace WalletGrains.Api.Bulks;

/// <summary>Makes bulk transfers.</summary>
internal sealed class BulkEndpoints(IGrainFactory grains, WalletDirectory directory, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("POST", "/wallets/bulk", TransferAsync, new("bulkTransfer", "Wallets", "Make many transfers, all or none")
        {
            Access = Access.MoneyMove,
            Description = "When one leg is refused nothing moves: the problem is that leg's, and failedLeg is its index, from 0. Legs are taken in their order. "
                + "A request that was given up before it was decided is BULK_ABANDONED: nothing moved, and it may be sent again with another requestId.",
            Body = typeof(BulkRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Status = StatusCodes.Status201Created,
            Response = typeof(BulkResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.SameWallet, ProblemKind.InsufficientFunds, ProblemKind.CurrencyMismatch,
                ProblemKind.AmountTooLarge, ProblemKind.WalletFrozen, ProblemKind.WalletClosed, ProblemKind.LimitExceeded, ProblemKind.TooManyHolds,
                ProblemKind.BulkAbandoned,
            ],
        });

    private async ValueTask<Answer> TransferAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.BulkRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var asked = CheckLegs(errors, body.Legs);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var caller = Caller.Of(context);
        var (legs, refused) = await AuthorizeAsync(caller, asked);
        if (refused is not null)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Bulk, caller.UserId);
        try
        {
            var outcome = await grains.GetGrain<IBulkTransferGrain>(0).TransferAsync(new StartBulk(caller.UserId, requestId, legs));
            return outcome is BulkOutcome.Completed completed
                ? Answer.Created(BulkResponse.Of(completed), ApiJson.Wire.BulkResponse) with
                {
                    Replayed = completed.Replayed,
                    Made = new(MadeKind.Bulk, completed.BulkId),
                }
                : Refusals.Of(outcome, requestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    /// <summary>Notes what is wrong with the fields of the legs, whatever the wallets are.</summary>
    private static IReadOnlyList<BulkLegRequest> CheckLegs(FieldErrors errors, IReadOnlyList<BulkLegRequest?>? legs)
    {
        if (legs is null)
        {
            errors.Add("legs", "legs is required.");
            return [];
        }

        if (legs.Count is < 1 or > Limits.MaxBulkLegs)
        {
            errors.Add("legs", $"legs must have 1 to {Limits.MaxBulkLegs} elements.");
            return [];
        }

        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i] is not { } leg)
            {
                errors.Add(Field(i), $"{Field(i)} is required.");
                continue;
            }

            errors.RequiredId(Field(i, "senderWalletId"), leg.SenderWalletId);
            errors.RequiredId(Field(i, "receiverWalletId"), leg.ReceiverWalletId);
            errors.OptionalText(Field(i, "description"), leg.Description, Limits.MaxDescriptionLength);
            errors.RequiredAmount(Field(i, "amount"), leg.Amount);
        }

        return legs!;
    }

    /// <summary>
    /// The legs, when every payer's wallet is the caller's to use and each amount is one of its currency. The receivers are
    /// checked by the bulk itself.
    /// </summary>
    private async ValueTask<(BulkLeg[] Legs, Problem? Refused)> AuthorizeAsync(Caller caller, IReadOnlyList<BulkLegRequest> asked)
    {
        var legs = new BulkLeg[asked.Count];
        for (var i = 0; i < legs.Length; i++)
        {
            var leg = asked[i];
            if (await directory.FindAsync(leg.SenderWalletId!.Value) is not { } payer || !caller.MayUse(payer.OwnerId))
            {
                return (legs, Problem.NotFound with { FailedLeg = i });
            }

            if (leg.Amount.TryRead(Field(i, "amount"), payer.Currency, out var amount) is { } invalid)
            {
                return (legs, invalid with { FailedLeg = i });
            }

            legs[i] = new BulkLeg(leg.SenderWalletId.Value, leg.ReceiverWalletId!.Value, amount, leg.Description);
        }

        return (legs, null);
    }

    private static string Field(int leg, string? member = null) =>
        string.Create(CultureInfo.InvariantCulture, $"legs[{leg}]{(member is null ? "" : ".")}{member}");
}
