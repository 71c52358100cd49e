using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>Shows the account at the bank whose payments are credited to a wallet.</summary>
internal sealed class VirtualAccountEndpoints(IGrainFactory grains, WalletDirectory wallets)
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/wallets/{id}/virtual-account", GetAsync, new("getVirtualAccount", "Virtual accounts", "The account to pay to")
        {
            Description = "What is paid to it at the bank is credited to the wallet. The first wallet of a user has one, soon after the registration; until then its status is PENDING.",
            Access = Access.WalletsRead,
            Response = typeof(VirtualAccountResponse),
            Problems = [ProblemKind.NotFound],
        });

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var walletId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await wallets.FindAsync(walletId) is not { } wallet || !Caller.Of(context).MayUse(wallet.OwnerId))
        {
            return Problem.NotFound;
        }

        return await grains.GetGrain<IVirtualAccountDirectoryGrain>(0).FindOfWalletAsync(walletId, wallet.OwnerId) switch
        {
            { Account: { } account } => Answer.Ok(VirtualAccountResponse.Of(account), ApiJson.Wire.VirtualAccountResponse),
            { IsPending: true } => Answer.Ok(VirtualAccountResponse.Pending, ApiJson.Wire.VirtualAccountResponse),
            _ => Problem.NotFound,
        };
    }
}

/// <summary>An account at a bank.</summary>
/// <param name="Status">ACTIVE, or PENDING while it is being made: then the rest is left out.</param>
internal sealed record VirtualAccountResponse(string Status)
{
    /// <summary>While there is no account yet.</summary>
    public static readonly VirtualAccountResponse Pending = new("PENDING");

    /// <summary>Ten digits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccountNumber { get; init; }

    /// <summary>The name that payers are shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccountName { get; init; }

    /// <summary>The bank.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BankName { get; init; }

    /// <summary>globus, or mock for a number that no bank knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Provider { get; init; }

    public static VirtualAccountResponse Of(VirtualAccount account) => new("ACTIVE")
    {
        AccountNumber = account.AccountNumber,
        AccountName = account.AccountName,
        BankName = account.BankName,
        Provider = account.Provider,
    };
}
