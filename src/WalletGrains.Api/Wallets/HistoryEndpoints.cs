using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Shows what happened in wallets.</summary>
internal sealed class HistoryEndpoints(IGrainFactory grains, WalletDirectory directory)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/wallet/{id}/history", GetHistoryAsync, new("getHistory", "Wallet", "A wallet's transactions, newest first")
        {
            Access = Access.WalletsRead,
            Description = StatementCsv.Description,
            Response = typeof(HistoryResponse),
            OtherMediaTypes = [StatementCsv.MediaType],
            Query =
            [
                QueryParameter.Limit,
                QueryParameter.NextCursor,
                new("type", "Only transactions of this type.") { Values = EntryTypes.TransactionNames },
                new("from", "Only transactions at or after this time (ISO 8601 with its offset)."),
                new("to", "Only transactions before this time (ISO 8601 with its offset)."),
            ],
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/transactions/{id}", GetTransactionAsync, new("getTransaction", "Wallet", "A transaction")
        {
            Access = Access.WalletsRead,
            Response = typeof(TransactionResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> GetHistoryAsync(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.Accept;
        if (Negotiation.Prefers(context.Request, StatementCsv.MediaType, over: ApiEndpoints.Json))
        {
            return await GetStatementAsync(context);
        }

        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        var before = errors.QueryEntryCursor(context.Request, walletId);
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        var type = QueryType(errors, context.Request);
        var (from, to) = errors.QueryPeriod(context.Request);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await directory.FindAsync(walletId) is not { } known || !Caller.Of(context).MayUse(known.OwnerId))
        {
            return Problem.NotFound;
        }

        var page = await grains.GetGrain<IWalletQueryGrain>(0).GetHistoryAsync(new HistoryQuery(walletId, before, limit, type, from, to));
        return Answer.Ok(HistoryResponse.Of(walletId, page), ApiJson.Wire.HistoryResponse);
    }

    private async ValueTask<Answer> GetStatementAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        foreach (var name in (string[])["limit", "cursor"])
        {
            if (QueryFields.Single(context.Request, name) is not null)
            {
                errors.Add(name, $"{name} is not for a statement, which has no pages.");
            }
        }

        var type = QueryType(errors, context.Request);
        var (from, to) = errors.QueryPeriod(context.Request);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var queries = grains.GetGrain<IWalletQueryGrain>(0);
        if (await directory.FindAsync(walletId) is not { } known
            || !Caller.Of(context).MayUse(known.OwnerId)
            || await queries.GetStatementAsync(walletId, from, to) is not { } statement)
        {
            return Problem.NotFound;
        }

        if (statement.EntryCount > Limits.MaxStatementEntries)
        {
            return Problem.Invalid(
                $"A statement has at most {Limits.MaxStatementEntries} entries and this one would have {statement.EntryCount}; bring from and to closer together.");
        }

        return Answer.Streamed(response => StatementCsv.WriteAsync(response, queries, statement, type, from, to));
    }

    private async ValueTask<Answer> GetTransactionAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var entryId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await grains.GetGrain<IWalletQueryGrain>(0).FindEntryAsync(entryId) is { } entry
            && await directory.FindAsync(entry.WalletId) is { } known
            && Caller.Of(context).MayUse(known.OwnerId)
            ? Answer.Ok(TransactionResponse.Of(entry), ApiJson.Wire.TransactionResponse)
            : Problem.NotFound;
    }

    private static EntryType? QueryType(FieldErrors errors, HttpRequest request)
    {
        if (QueryFields.Single(request, "type") is not { } name)
        {
            return null;
        }

        if (EntryTypes.TryParse(name, out var type) && EntryTypes.IsTransaction(type))
        {
            return type;
        }

        errors.Add("type", $"type must be one of {string.Join(", ", EntryTypes.TransactionNames)}.");
        return null;
    }
}
