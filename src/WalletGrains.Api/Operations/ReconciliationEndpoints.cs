using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Reconciliation;

namespace WalletGrains.Api.Operations;

/// <summary>Shows operators whether everything that is stored twice agrees, and what every account stands at.</summary>
internal sealed class ReconciliationEndpoints(IGrainFactory grains)
{
    private static readonly string[] TrueOrFalse = ["true", "false"];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/reconciliation", GetNewestAsync, new("getReconciliation", "Operations", "The result of the newest reconciliation")
        {
            Description = "The books are reconciled every five minutes, and once a day in full. What only a full run finds is in the result of the newest full one: ?full=true.",
            Access = Access.Operator,
            Response = typeof(ReconciliationResponse),
            Query = [new("full", "true for the newest full one; otherwise the newest of any.") { Values = TrueOrFalse }],
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("POST", "/ops/reconciliation/run", RunAsync, new("runReconciliation", "Operations", "Reconcile the books now")
        {
            Description = "Joins a run that is under way. When it takes longer than 20 s the answer is 503 and the run goes on; its result is kept. The body may be left out.",
            Access = Access.Operator,
            Body = typeof(RunReconciliationRequest),
            BodyIsOptional = true,
            Response = typeof(ReconciliationResponse),
        });
        endpoints.MapApi("GET", "/ops/trial-balance", GetTrialBalanceAsync, new("getTrialBalance", "Operations", "What every account stands at, by currency")
        {
            Description = "All wallets are one account; the sum of a currency is 0 at every moment.",
            Access = Access.Operator,
            Response = typeof(TrialBalanceResponse[]),
            Problems = [ProblemKind.Validation],
        });
    }

    private IReconciliationGrain Reconciliation => grains.GetGrain<IReconciliationGrain>(0);

    private async ValueTask<Answer> GetNewestAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var isFull = errors.QueryName(context.Request, "full", TrueOrFalse) == "true";
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Reconciliation.FindNewestAsync(isFull) is { } result
            ? Answer.Ok(ReconciliationResponse.Of(result), ApiJson.Wire.ReconciliationResponse)
            : new Problem(
                ProblemKind.NotFound,
                isFull
                    ? "The books were not reconciled in full yet; the first full run is an hour after the start."
                    : "The books were not reconciled yet; the first run is five minutes after the start.");
    }

    private async ValueTask<Answer> RunAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.RunReconciliationRequest);
        if (body is null)
        {
            return malformed!;
        }

        return await Reconciliation.RunAsync(body.Full ?? false) is { } result
            ? Answer.Ok(ReconciliationResponse.Of(result), ApiJson.Wire.ReconciliationResponse)
            : new Problem(ProblemKind.Unavailable, "The reconciliation goes on. GET /ops/reconciliation has its result when it has ended.");
    }

    private async ValueTask<Answer> GetTrialBalanceAsync(HttpContext context)
    {
        var balances = await Reconciliation.GetTrialBalanceAsync();
        return Answer.Ok(
            [.. balances.GroupBy(balance => balance.Currency, StringComparer.Ordinal).Select(group => TrialBalanceResponse.Of(Currency.Parse(group.Key), group))],
            ApiJson.Wire.TrialBalanceResponseArray);
    }
}

/// <summary>Asks for a reconciliation.</summary>
internal sealed record RunReconciliationRequest
{
    /// <summary>Also count everything again that earlier runs counted: an hour for a hundred million entries.</summary>
    public bool? Full { get; init; }
}

/// <summary>What a reconciliation found.</summary>
/// <param name="RanAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Ok">It got through everything and found no difference.</param>
/// <param name="Full">It counted everything again.</param>
/// <param name="Complete">It got through everything within its time; otherwise the next run of its kind goes on from there.</param>
/// <param name="WalletsChecked">Wallets whose heads and entries were compared: those that had changed since the last run.</param>
/// <param name="EntriesChecked">Entries that were summed.</param>
/// <param name="TransfersChecked">Transfers that were compared with their entries.</param>
/// <param name="BillsChecked">Payments of bills that were compared with holds and entries: those that had moved.</param>
/// <param name="DifferenceCount">How many differences there are; of a full run that goes on with earlier ones, with those that they found.</param>
/// <param name="Differences">The first thousand of them.</param>
internal sealed record ReconciliationResponse(
    DateTimeOffset RanAt,
    DateTimeOffset EndedAt,
    bool Ok,
    bool Full,
    bool Complete,
    long WalletsChecked,
    long EntriesChecked,
    long TransfersChecked,
    long BillsChecked,
    long DifferenceCount,
    IReadOnlyList<DifferenceResponse> Differences)
{
    public static ReconciliationResponse Of(ReconciliationResult result) => new(
        result.RanAt,
        result.EndedAt,
        result is { IsComplete: true, DifferenceCount: 0 },
        result.IsFull,
        result.IsComplete,
        result.WalletsChecked,
        result.EntriesChecked,
        result.TransfersChecked,
        result.BillsChecked,
        result.DifferenceCount,
        [.. result.Differences.Select(difference => new DifferenceResponse(difference.What, difference.Where, difference.Expected, difference.Found))]);
}

/// <summary>Two records of the same thing that contradict each other. Amounts are in minor units here.</summary>
/// <param name="What">The kind of difference, for example HEAD_BALANCE, ENTRIES_MISSING, STUCK_TRANSFER or STUCK_BULK.</param>
/// <param name="Where">The wallet, transfer, bulk transfer, entry or currency.</param>
/// <param name="Expected">What one record says.</param>
/// <param name="Found">What the other one says.</param>
internal sealed record DifferenceResponse(string What, string Where, string Expected, string Found);

/// <summary>The accounts of a currency.</summary>
/// <param name="Currency">Its code of ISO 4217.</param>
/// <param name="Accounts">What they stand at.</param>
/// <param name="Sum">What they sum to: 0.</param>
internal sealed record TrialBalanceResponse(string Currency, IReadOnlyList<AccountBalanceResponse> Accounts, decimal Sum)
{
    public static TrialBalanceResponse Of(Currency currency, IEnumerable<AccountBalance> balances)
    {
        var accounts = balances.ToList();
        return new TrialBalanceResponse(
            currency.Code,
            [.. accounts.Select(balance => new AccountBalanceResponse(balance.Account, Amounts.ToMajor(balance.BalanceMinor, currency)))],
            Amounts.ToMajor(accounts.Sum(balance => balance.BalanceMinor), currency));
    }
}

/// <summary>What an account stands at.</summary>
/// <param name="Account">wallets for all wallets together; the others are the other side: external:cash, biller:&lt;code&gt;, and transfers:in-transit for
/// what has left one wallet and not arrived at another.</param>
/// <param name="Balance">In major units; negative for an account that money came into wallets from.</param>
internal sealed record AccountBalanceResponse(string Account, decimal Balance);
