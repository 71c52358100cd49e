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

/// <summary>Reserves money of wallets, and takes it or gives it up. For the wallet's owner, services and operators.</summary>
internal sealed class HoldEndpoints(IGrainFactory grains, WalletDirectory directory, TimeProvider time)
{
    private static readonly long MaxSeconds = (long)Limits.MaxHoldDuration.TotalSeconds;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallet/{id}/holds", PlaceAsync, new("placeHold", "Wallet", "Reserve money of a wallet")
        {
            Access = Access.MoneyMove,
            Description = "The money stays in the balance and can be spent by a capture only. It counts against the wallet's limits now; "
                + "what is not captured in the end is given back to them.",
            Body = typeof(PlaceHoldRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Status = StatusCodes.Status201Created,
            Response = typeof(HoldResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.InsufficientFunds, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge,
                ProblemKind.LimitExceeded, ProblemKind.TooManyHolds, ProblemKind.WalletFrozen, ProblemKind.WalletClosed,
            ],
        });
        endpoints.MapApi("POST", "/holds/{id}/capture", CaptureAsync, new("captureHold", "Wallet", "Take held money out of the wallet")
        {
            Access = Access.MoneyMove,
            Description = "Ends the hold: what is not taken is available again.",
            Body = typeof(CaptureHoldRequest),
            BodyIsOptional = true,
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(HoldResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge, ProblemKind.CaptureExceedsHold,
                ProblemKind.HoldNotActive,
            ],
        });
        endpoints.MapApi("POST", "/holds/{id}/release", ReleaseAsync, new("releaseHold", "Wallet", "Give a hold up")
        {
            Access = Access.MoneyMove,
            Description = "All of it is available again.",
            Body = typeof(ReleaseHoldRequest),
            BodyIsOptional = true,
            RequestIdMember = "requestId",
            Replays = true,
            Response = typeof(HoldResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.HoldNotActive],
        });
        endpoints.MapApi("GET", "/holds/{id}", GetAsync, new("getHold", "Wallet", "How far a hold has come")
        {
            Access = Access.WalletsRead,
            Description = "A hold whose time is over can not be captured any more, and is shown as EXPIRED once its money is available again, "
                + "about a minute later at most.",
            Response = typeof(HoldResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> PlaceAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.PlaceHoldRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        var seconds = errors.OptionalCount("expiresInSeconds", body.ExpiresInSeconds, MaxSeconds);
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

        var holdId = Guid.CreateVersion7(time.GetUtcNow());
        var duration = seconds is { } given ? TimeSpan.FromSeconds(given) : (TimeSpan?)null;
        return await ExecuteAsync(
            context,
            walletId,
            new PlaceHold(requestId, amount, holdId, duration, description, metadata),
            static hold => Answer.Created(hold, ApiJson.Wire.HoldResponse) with { Location = $"/holds/{hold.HoldId}" });
    }

    private async ValueTask<Answer> CaptureAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.CaptureHoldRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var holdId = errors.PathId(context);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        errors.OptionalAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await FindAsync(holdId, Caller.Of(context)) is not { } hold)
        {
            return Problem.NotFound;
        }

        return AmountText.TryRead(body.Amount, "amount", hold.Amount.Currency, out var amount) is { } invalid
            ? invalid
            : await ExecuteAsync(context, hold.WalletId, new CaptureHold(requestId, holdId, amount), Ended);
    }

    private async ValueTask<Answer> ReleaseAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.ReleaseHoldRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var holdId = errors.PathId(context);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await FindAsync(holdId, Caller.Of(context)) is { } hold
            ? await ExecuteAsync(context, hold.WalletId, new ReleaseHold(requestId, holdId), Ended)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var holdId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await FindAsync(holdId, Caller.Of(context)) is { } hold
            ? Answer.Ok(HoldResponse.Of(hold), ApiJson.Wire.HoldResponse)
            : Problem.NotFound;
    }

    /// <summary>The hold, when it is one of a wallet that the caller may use.</summary>
    private async ValueTask<Hold?> FindAsync(Guid holdId, Caller caller) =>
        await grains.GetGrain<IWalletQueryGrain>(0).FindHoldAsync(holdId) is { } hold
        && await directory.FindAsync(hold.WalletId) is { } known
        && caller.MayUse(known.OwnerId)
            ? hold
            : null;

    private async ValueTask<Answer> ExecuteAsync(HttpContext context, Guid walletId, WalletCommand command, Func<HoldResponse, Answer> answer)
    {
        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, walletId);
        try
        {
            var outcome = await grains.GetGrain<IWalletGrain>(walletId).ExecuteAsync(command);
            return outcome is WalletOutcome.Accepted { Entry: { Hold: { } hold } entry, Replayed: var replayed }
                ? answer(HoldResponse.Of(hold)) with { Replayed = replayed, Made = new(MadeKind.Transaction, entry.EntryId) }
                : Refusals.Of(outcome, command.RequestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, command.RequestId) is { } failure)
        {
            return failure;
        }
    }

    private static Answer Ended(HoldResponse hold) => Answer.Ok(hold, ApiJson.Wire.HoldResponse);
}
