using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts.Verification;

namespace WalletGrains.Api.Operations;

/// <summary>Lets operators verify that stored histories are what was once written.</summary>
internal sealed class VerificationEndpoints(IGrainFactory grains)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/verify/{id}", VerifyAsync, new("verifyWallet", "Operations", "Verify the history of a wallet")
        {
            Description = "Reads every entry, computes the hash chain anew and folds the entries to the head row. A history with more than a million entries is for the command ./run verify.",
            Access = Access.Operator,
            Response = typeof(VerdictResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/ops/verify", GetNewestAsync, new("getVerification", "Operations", "The result of the newest verification of all wallets")
        {
            Access = Access.Operator,
            Response = typeof(VerificationResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.Validation],
        });
        endpoints.MapApi("POST", "/ops/verify", VerifyAllAsync, new("verifyAll", "Operations", "Verify the histories of all wallets")
        {
            Description = "Joins a run that is under way. When it takes longer than 20 s the answer is 503 and the run goes on; its result is kept.",
            Access = Access.Operator,
            Response = typeof(VerificationResponse),
            Problems = [ProblemKind.Validation],
        });
    }

    private IVerificationGrain Verification => grains.GetGrain<IVerificationGrain>(0);

    private async ValueTask<Answer> VerifyAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Verification.VerifyAsync(walletId) switch
        {
            { Verdict: { } verdict } => Answer.Ok(VerdictResponse.Of(verdict), ApiJson.Wire.VerdictResponse),
            { TooManyEntries: { } entries } => Problem.Invalid($"The wallet has {entries} entries, too many to wait for. Run: ./run verify {walletId}"),
            _ => Problem.NotFound,
        };
    }

    private async ValueTask<Answer> GetNewestAsync(HttpContext context)
    {
        return await Verification.FindNewestAsync() is { } result
            ? Answer.Ok(VerificationResponse.Of(result), ApiJson.Wire.VerificationResponse)
            : new Problem(ProblemKind.NotFound, "The wallets were never verified. POST here to do it.");
    }

    private async ValueTask<Answer> VerifyAllAsync(HttpContext context)
    {
        return await Verification.VerifyAllAsync() is { } result
            ? Answer.Ok(VerificationResponse.Of(result), ApiJson.Wire.VerificationResponse)
            : new Problem(ProblemKind.Unavailable, "The verification goes on. GET here has its result when it has ended.");
    }
}

/// <summary>Whether the history of a wallet is what was once written.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Valid">Nothing is wrong.</param>
/// <param name="Entries">How many entries were found to be true.</param>
internal sealed record VerdictResponse(Guid WalletId, bool Valid, long Entries)
{
    /// <summary>The first version that is wrong or missing, 0 for the opening; left out when all is well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FirstBrokenVersion { get; init; }

    /// <summary>What is wrong with it; left out when all is well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    public static VerdictResponse Of(WalletVerdict verdict) => new(verdict.WalletId, verdict.IsValid, verdict.Entries)
    {
        FirstBrokenVersion = verdict.FirstBrokenVersion,
        Reason = verdict.Reason,
    };
}

/// <summary>The result of a verification of all wallets.</summary>
/// <param name="RanAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Ok">No wallet is broken.</param>
/// <param name="WalletsChecked">How many wallets were verified.</param>
/// <param name="EntriesChecked">How many entries were found to be true.</param>
/// <param name="BrokenWallets">How many wallets are broken.</param>
/// <param name="Broken">The first thousand of them.</param>
internal sealed record VerificationResponse(
    DateTimeOffset RanAt,
    DateTimeOffset EndedAt,
    bool Ok,
    long WalletsChecked,
    long EntriesChecked,
    long BrokenWallets,
    IReadOnlyList<VerdictResponse> Broken)
{
    public static VerificationResponse Of(VerificationResult result) => new(
        result.RanAt,
        result.EndedAt,
        result.BrokenWallets == 0,
        result.WalletsChecked,
        result.EntriesChecked,
        result.BrokenWallets,
        [.. result.Broken.Select(VerdictResponse.Of)]);
}
