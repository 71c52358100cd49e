using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Users;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Opens wallets and shows them, in both route families.</summary>
internal sealed class WalletEndpoints(IGrainFactory grains, TimeProvider time)
{
    private const string DefaultCurrency = "USD";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/wallets", OpenAsync, new("openWallet", "Wallets", "Open a wallet")
        {
            Access = Access.WalletsWrite,
            IfUnknown = "List the wallets: there may be a new one.",
            Body = typeof(OpenWalletRequest),
            Status = StatusCodes.Status201Created,
            Response = typeof(WalletResponse),
            Problems = [ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.UnknownCurrency],
        });
        endpoints.MapApi("GET", "/wallets", ListAsync, new("listWallets", "Wallets", "Your wallets, in the order they were opened in")
        {
            Access = Access.WalletsRead,
            Description = "At most 200 at a time; the header Link leads to the next page.",
            Response = typeof(WalletResponse[]),
            Query = [QueryParameter.Limit, new("cursor", "Taken from the Link header of the page before.")],
        });
        endpoints.MapApi("GET", "/wallets/{id}", GetWithTransactionsAsync, new("getWalletWithTransactions", "Wallets", "A wallet with its newest transactions")
        {
            Access = Access.WalletsRead,
            Response = typeof(WalletWithTransactionsResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor],
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/wallet/{id}", GetAsync, new("getWallet", "Wallet", "A wallet, as it is or as it was")
        {
            Access = Access.WalletsRead,
            Description = "A version that the wallet has not reached, or a time before it was opened, is not found. What was decided in the last ten seconds may still be on its way into the past.",
            Query =
            [
                new("at", "The wallet as it was at this time (ISO 8601 with its offset)."),
                new("version", "The wallet as it was after this many entries; 0 is the opening.") { IsInteger = true },
            ],
            Response = typeof(WalletResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> OpenAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.OpenWalletRequest);
        if (body is null)
        {
            return malformed!;
        }

        var caller = Caller.Of(context);
        if (body.OwnerId is not null && !caller.ActsForAnyone)
        {
            return Problem.Forbidden;
        }

        if (!Currency.TryParse(body.Currency ?? DefaultCurrency, out var currency))
        {
            return new Problem(ProblemKind.UnknownCurrency, "currency must be a code of ISO 4217 in capitals, such as USD.");
        }

        if (body.OwnerId is { } other && other != caller.UserId && await grains.GetGrain<IUserGrain>(other).GetAsync() is null)
        {
            return Problem.NotFound;
        }

        var walletId = Guid.CreateVersion7(time.GetUtcNow());
        var wallet = await grains.GetGrain<IWalletGrain>(walletId).OpenAsync(new OpenWallet(currency, body.OwnerId ?? caller.UserId));
        return Answer.Created(WalletResponse.Of(wallet), ApiJson.Wire.WalletResponse) with
        {
            Location = $"/wallets/{walletId}",
            Made = new(MadeKind.Wallet, walletId),
        };
    }

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var ownerId = Caller.Of(context).UserId;
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.MaxPageSize);
        var after = errors.QueryWalletCursor(context.Request, ownerId);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await grains.GetGrain<IWalletQueryGrain>(0).GetWalletsOfOwnerAsync(ownerId, after, limit);
        return Answer.Ok([.. page.Items.Select(WalletResponse.Of)], ApiJson.Wire.WalletResponseArray) with
        {
            NextPage = page is { HasMore: true, Items: [.., var last] }
                ? QueryHelpers.AddQueryString($"/wallets?limit={limit}", "cursor", Cursor.AfterWallet(ownerId, last.WalletId))
                : null,
        };
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var at = errors.QueryTime(context.Request, "at");
        var version = errors.QueryVersion(context.Request, "version");
        if (at is not null && version is not null)
        {
            errors.Add("at", "at and version cannot be given together.");
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (at is not null || version is not null)
        {
            var queries = grains.GetGrain<IWalletQueryGrain>(0);
            var past = at is { } time ? queries.GetAtTimeAsync(walletId, time) : queries.GetAtVersionAsync(walletId, version!.Value);
            return await past is { } was && Caller.Of(context).MayUse(was.OwnerId)
                ? Answer.Ok(WalletResponse.Of(was), ApiJson.Wire.WalletResponse)
                : Problem.NotFound;
        }

        return await grains.GetGrain<IWalletGrain>(walletId).GetAsync() is { } wallet && Caller.Of(context).MayUse(wallet.OwnerId)
            ? Answer.Ok(WalletResponse.Of(wallet), ApiJson.Wire.WalletResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> GetWithTransactionsAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        var before = errors.QueryEntryCursor(context.Request, walletId);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await grains.GetGrain<IWalletGrain>(walletId).GetAsync() is not { } wallet || !Caller.Of(context).MayUse(wallet.OwnerId))
        {
            return Problem.NotFound;
        }

        var page = await grains.GetGrain<IWalletQueryGrain>(0).GetHistoryAsync(new HistoryQuery(walletId, before, limit));
        var history = HistoryResponse.Of(walletId, page);
        return Answer.Ok(WalletWithTransactionsResponse.Of(wallet, history), ApiJson.Wire.WalletWithTransactionsResponse);
    }
}
