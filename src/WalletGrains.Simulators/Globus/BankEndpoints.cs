using System.Globalization;
using System.Text;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Globus;

/// <summary>What the bank's customers call.</summary>
internal sealed class BankEndpoints(Bank bank, BankTokens tokens, CallBoundary calls)
{
    public const string Prefix = "/globus";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var globus = endpoints.MapGroup(Prefix);
        globus.MapPost("/oauth/token", calls.Handle(Routes.Token, IssueTokenAsync));
        globus.MapPost("/virtual-accounts", calls.Handle(Routes.CreateAccount, Authorized(CreateAccountAsync)));
        globus.MapGet("/virtual-accounts", calls.Handle(Routes.FindAccount, Authorized(FindAccountByReference)));
        globus.MapGet("/virtual-accounts/{accountNumber}", calls.Handle(Routes.FindAccount, Authorized(FindAccount)));
        globus.MapGet("/credits/{reference}", calls.Handle(Routes.FindCredit, Authorized(FindCredit)));
        globus.MapGet("/statements/{date}", calls.Handle(Routes.Statement, Authorized(GetStatement)));
    }

    /// <summary>RFC 6749, client credentials; the credentials in the form or as a Basic header.</summary>
    private async ValueTask<Work> IssueTokenAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return Work.Refused(Reply.Of(StatusCodes.Status400BadRequest, new TokenError("invalid_request")));
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["grant_type"] != "client_credentials")
        {
            return Work.Refused(Reply.Of(StatusCodes.Status400BadRequest, new TokenError("unsupported_grant_type")));
        }

        var (clientId, secret) = BasicCredentials(context.Request) ?? (form["client_id"], form["client_secret"]);
        return tokens.Issue(clientId, secret) is { } token
            ? new Work(clientId!, _ => Reply.Ok(token))
            : Work.Refused(Reply.Of(StatusCodes.Status401Unauthorized, new TokenError("invalid_client")));
    }

    private Func<HttpContext, ValueTask<Work>> Authorized(Func<HttpContext, ValueTask<Work>> understand) => context =>
        context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] && tokens.IsGood(token)
            ? understand(context)
            : ValueTask.FromResult(Work.Refused(Reply.Refused(StatusCodes.Status401Unauthorized, "INVALID_TOKEN", "The token is missing, unknown or expired.")));

    private async ValueTask<Work> CreateAccountAsync(HttpContext context)
    {
        var request = await SimulatorJson.ReadAsync<CreateAccountRequest>(context.Request);
        Fields.RequireText("clientReference", request.ClientReference);
        Fields.RequireText("accountName", request.AccountName);
        if (request.Currency is not (null or "NGN"))
        {
            throw new BadHttpRequestException("currency must be NGN.");
        }

        return new Work(request.ClientReference, strikes => bank.Open(request, strikes));
    }

    private ValueTask<Work> FindAccountByReference(HttpContext context)
    {
        var reference = context.Request.Query["clientReference"].ToString();
        Fields.RequireText("clientReference", reference);
        return ValueTask.FromResult(new Work(reference, strikes => bank.FindByReference(reference) is { } account ? Reply.Ok(WrongAccounts.Told(account, strikes)) : Reply.NotFound("account")));
    }

    private ValueTask<Work> FindAccount(HttpContext context)
    {
        var number = (string)context.Request.RouteValues["accountNumber"]!;
        return ValueTask.FromResult(new Work(number, strikes => bank.FindByNumber(number) is { } account ? Reply.Ok(WrongAccounts.Told(account, strikes)) : Reply.NotFound("account")));
    }

    private ValueTask<Work> FindCredit(HttpContext context)
    {
        var reference = (string)context.Request.RouteValues["reference"]!;
        return ValueTask.FromResult(new Work(reference, strikes => bank.FindCredit(reference) is { } credit
            ? Reply.Ok(WrongAccounts.Told(credit, strikes) with { Amount = credit.Amount + strikes.WrongBy })
            : Reply.NotFound("credit")));
    }

    private ValueTask<Work> GetStatement(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["date"]!;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            throw new BadHttpRequestException("The date must be like 2030-01-31.");
        }

        var isCsv = context.Request.Headers.Accept.ToString().Contains(StatementCsv.MediaType, StringComparison.OrdinalIgnoreCase);
        return ValueTask.FromResult(new Work(text, strikes =>
        {
            var statement = bank.StatementOf(date);
            if (strikes.Have(FaultKind.WrongAmount) && statement.Lines is [var first, .. var others])
            {
                statement = statement with { Lines = [first with { Amount = first.Amount + strikes.WrongBy }, .. others] };
            }

            return isCsv ? Reply.Csv(StatementCsv.Write(statement)) : Reply.Ok(statement);
        }));
    }

    private static (string? ClientId, string? Secret)? BasicCredentials(HttpRequest request)
    {
        if (request.Headers.Authorization.ToString() is not ['B', 'a', 's', 'i', 'c', ' ', .. var encoded])
        {
            return null;
        }

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return (null, null);
        }

        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var clientId, var secret] ? (clientId, secret) : (null, null);
    }
}
