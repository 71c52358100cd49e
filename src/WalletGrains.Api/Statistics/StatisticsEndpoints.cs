using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Statistics;

namespace WalletGrains.Api.Statistics;

/// <summary>Shows what went in and out of wallets, and has it counted again.</summary>
internal sealed class StatisticsEndpoints(IGrainFactory grains, WalletDirectory directory)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/wallet/{id}/stats", GetAsync, new("getStatistics", "Wallet", "What went in and out of a wallet")
        {
            Access = Access.WalletsRead,
            Description = "Over all of its history, each transaction once, at most about a second late. "
                + "totalDeposited - totalWithdrawn + totalTransferredIn - totalTransferredOut is the balance after the last of them.",
            Response = typeof(StatisticsResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("POST", "/ops/statistics/rebuild", RebuildAsync, new("rebuildStatistics", "Operations", "Count the statistics of all wallets again")
        {
            Description = "Counts them from the journal and puts right those that differ, while they go on. Joins a run that is under way. When it takes longer "
                + "than 20 s the answer is 503 and the run goes on; the log has its result.",
            Access = Access.Operator,
            Response = typeof(RebuildResponse),
            Problems = [ProblemKind.Validation],
        });
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await directory.FindAsync(walletId) is { } known && Caller.Of(context).MayUse(known.OwnerId)
            ? Answer.Ok(
                StatisticsResponse.Of(await grains.GetGrain<IStatisticsQueryGrain>(0).GetAsync(walletId), known.Currency),
                ApiJson.Wire.StatisticsResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> RebuildAsync(HttpContext context)
    {
        return await grains.GetGrain<IStatisticsRebuildGrain>(0).RunAsync() is { } result
            ? Answer.Ok(new RebuildResponse(result.Wallets, result.Corrected), ApiJson.Wire.RebuildResponse)
            : new Problem(ProblemKind.Unavailable, "The count goes on; the log has its result when it has ended.");
    }
}

/// <summary>What went in and out of a wallet, in major units of its currency.</summary>
/// <param name="TotalDeposited">What came from outside.</param>
/// <param name="TotalWithdrawn">What went outside, captures of holds included.</param>
/// <param name="TotalTransferredIn">What came from other wallets.</param>
/// <param name="TotalTransferredOut">What went to other wallets; what was refused there and came back is taken off.</param>
/// <param name="TransactionCount">How many transactions the history lists.</param>
internal sealed record StatisticsResponse(
    decimal TotalDeposited, decimal TotalWithdrawn, decimal TotalTransferredIn, decimal TotalTransferredOut, long TransactionCount)
{
    /// <summary>Time of the newest transaction; left out when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastActivityAt { get; init; }

    public static StatisticsResponse Of(WalletStatistics statistics, Currency currency) => new(
        Amounts.ToMajor(statistics.DepositedMinor, currency),
        Amounts.ToMajor(statistics.WithdrawnMinor, currency),
        Amounts.ToMajor(statistics.TransferredInMinor, currency),
        Amounts.ToMajor(statistics.TransferredOutMinor, currency),
        statistics.TransactionCount)
    {
        LastActivityAt = statistics.LastActivityAt,
    };
}

/// <summary>What counting again came to.</summary>
/// <param name="Wallets">Wallets whose statistics were counted.</param>
/// <param name="Corrected">Those that differed from what was stored, or had none.</param>
internal sealed record RebuildResponse(long Wallets, long Corrected);
