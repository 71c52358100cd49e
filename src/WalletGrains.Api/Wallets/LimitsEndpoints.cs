using System.Text.Json.Serialization;
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

/// <summary>Sets and shows what may leave a wallet.</summary>
internal sealed class LimitsEndpoints(IGrainFactory grains, WalletDirectory directory, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("PUT", "/wallet/{id}/limits", SetAsync, new("setLimits", "Wallet", "Set what may leave a wallet")
        {
            Description = "In place of the limits before; one that is left out or null is no limit. What left before a limit was set does not count. "
                + "Holds, and so the legs of a bulk, count when they are placed: what they do not take in the end is given back to perDay, and nothing to countPerMinute.",
            Access = Access.Operator,
            Body = typeof(LimitsRequest),
            Replays = true,
            Response = typeof(LimitsResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.AmountTooLarge, ProblemKind.WalletClosed],
        });
        endpoints.MapApi("GET", "/wallet/{id}/limits", GetAsync, new("getLimits", "Wallet", "What may leave a wallet")
        {
            Access = Access.WalletsRead,
            Response = typeof(LimitsResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> SetAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.LimitsRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var requestId = errors.RequestId("Idempotency-Key", inBody: null, context.Request, time);
        var count = errors.OptionalCount("countPerMinute", body.CountPerMinute, Limits.MaxCountPerMinute);
        errors.OptionalAmount("perTransaction", body.PerTransaction);
        errors.OptionalAmount("perDay", body.PerDay);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await directory.FindAsync(walletId) is not { } known)
        {
            return Problem.NotFound;
        }

        if (AmountText.TryRead(body.PerTransaction, "perTransaction", known.Currency, out var perTransaction, Limits.MaxAmountMinor) is { } invalid)
        {
            return invalid;
        }

        if (AmountText.TryRead(body.PerDay, "perDay", known.Currency, out var perDay, Limits.MaxAmountMinor) is { } alsoInvalid)
        {
            return alsoInvalid;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Transaction, walletId);
        try
        {
            var limits = new WalletLimits(perTransaction?.MinorUnits, perDay?.MinorUnits, (int?)count);
            var outcome = await grains.GetGrain<IWalletGrain>(walletId).ExecuteAsync(new SetLimits(requestId, limits));
            return outcome is WalletOutcome.Accepted { Entry: { Limits: { } set } entry, Replayed: var replayed }
                ? Answer.Ok(LimitsResponse.Of(set, known.Currency), ApiJson.Wire.LimitsResponse) with
                {
                    Replayed = replayed,
                    Made = new(MadeKind.Transaction, entry.EntryId),
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
        var walletId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await grains.GetGrain<IWalletGrain>(walletId).GetAsync() is { } wallet && Caller.Of(context).MayUse(wallet.OwnerId)
            ? Answer.Ok(LimitsResponse.Of(wallet.Limits, wallet.Currency), ApiJson.Wire.LimitsResponse)
            : Problem.NotFound;
    }
}

/// <summary>Sets what may leave the wallet in the path. A member that is left out or null is no limit.</summary>
internal sealed record LimitsRequest
{
    /// <summary>The most in one withdrawal, transfer or hold, in major units of the wallet's currency.</summary>
    public AmountText? PerTransaction { get; init; }

    /// <summary>The most in any 24 hours, in major units of the wallet's currency.</summary>
    public AmountText? PerDay { get; init; }

    /// <summary>How many withdrawals, transfers and holds in any minute, at most 1,000,000.</summary>
    public long? CountPerMinute { get; init; }
}

/// <summary>What may leave a wallet. A member that is left out is no limit.</summary>
internal sealed record LimitsResponse
{
    /// <summary>The most in one withdrawal, transfer or hold, in major units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? PerTransaction { get; init; }

    /// <summary>The most in any 24 hours, in major units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? PerDay { get; init; }

    /// <summary>How many withdrawals, transfers and holds in any minute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CountPerMinute { get; init; }

    public static LimitsResponse Of(WalletLimits limits, Currency currency) => new()
    {
        PerTransaction = limits.PerTransactionMinor is { } perTransaction ? Amounts.ToMajor(perTransaction, currency) : null,
        PerDay = limits.PerDayMinor is { } perDay ? Amounts.ToMajor(perDay, currency) : null,
        CountPerMinute = limits.CountPerMinute,
    };
}
