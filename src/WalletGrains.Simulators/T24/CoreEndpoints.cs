using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.T24;

/// <summary>What the core banking system answers.</summary>
internal sealed class CoreEndpoints(CoreBanking core, CallBoundary calls, SimulatorOptions options)
{
    public const string Prefix = "/t24";

    private const string ApiKeyHeader = "x-api-key";

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Prefix + options.T24PathTemplate, calls.Handle(Routes.Balances, GetBalances));

    private ValueTask<Work> GetBalances(HttpContext context)
    {
        if (context.Request.Headers[ApiKeyHeader] != options.T24ApiKey)
        {
            return ValueTask.FromResult(Work.Refused(Refused(StatusCodes.Status401Unauthorized, "SECURITY", "EB-API.KEY", $"The {ApiKeyHeader} is missing or wrong.", context)));
        }

        var number = (string)context.Request.RouteValues["accountNumber"]!;
        return ValueTask.FromResult(new Work(number, strikes => core.Find(number) switch
        {
            null => Refused(StatusCodes.Status404NotFound, "BUSINESS", "TGVCP-007", "No records were found that matched the selection criteria", context),
            { IsClosed: true } => Refused(StatusCodes.Status400BadRequest, "BUSINESS", "AC-ACCOUNT.CLOSED", "The account is closed", context),
            var account => Reply.Ok(new BalancesResponse(
                new ResponseHeader(context.TraceIdentifier, "success", PageSize: 99, PageStart: 0, TotalSize: 1),
                [Line(account, strikes.WrongBy)])),
        }));
    }

    private static BalanceLine Line(CoreAccount account, decimal wrongBy) => new(
        account.AccountNumber,
        account.Currency,
        account.WorkingBalance - account.LockedAmount + wrongBy,
        account.WorkingBalance + wrongBy,
        (account.ClearedBalance ?? account.WorkingBalance) + wrongBy,
        account.LockedAmount);

    private static Reply Refused(int status, string type, string code, string message, HttpContext context) =>
        Reply.Of(status, new ErrorResponse(new ResponseHeader(context.TraceIdentifier, "failed"), new ErrorBody(type, [new ErrorDetail(code, message)])));
}
