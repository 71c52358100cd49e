using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>
/// Takes the bank's reports. A report is answered with 200 when it is durable, or when it need not be; with anything else the bank sends it again.
/// </summary>
internal sealed class WebhookEndpoints(IGrainFactory grains, WebhookSecrets secrets, ILogger<WebhookEndpoints> logger)
{
    private const string SignatureHeader = "x-globus-signature";
    private const string CreditEvent = "credit";

    private static readonly Problem NotConfigured = new(ProblemKind.Unavailable, "Reports of this bank cannot be checked and are not taken now.");

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("POST", "/api/v1/webhooks/globus", ReceiveAsync, new("receiveGlobusWebhook", "Virtual accounts", "The bank reports a payment")
        {
            Description = $"For the bank. The header {SignatureHeader} is the HMAC-SHA256 of the raw body in hexadecimal digits, with the shared secret. "
                + "A reference is credited once, however often it is reported. Events other than credit are answered with 200 and ignored; so are members that are not known. "
                + "No payment is refused for its payer's words or its time.",
            Access = Access.Open,
            IgnoresQuery = true,
            Body = typeof(GlobusWebhook),
            Response = typeof(WebhookResponse),
            Problems = [ProblemKind.Unauthenticated],
        });

    private async ValueTask<Answer> ReceiveAsync(HttpContext context)
    {
        if (!secrets.Any)
        {
            WebhookLog.NoSecret(logger);
            return NotConfigured;
        }

        var signatures = context.Request.Headers[SignatureHeader];
        var (body, unreadable) = await RequestBody.ReadSignedAsync(
            context.Request, sent => signatures.Count == 1 && secrets.HaveSigned(signatures[0], sent));
        if (body is null)
        {
            return Refuse(unreadable!);
        }

        using (body)
        {
            // Of an event that is not known nothing else is, either: not even the types of its members.
            if (EventOf(body.RootElement) is { Length: > 0 } name and not CreditEvent)
            {
                WebhookLog.Ignored(logger, name.Length <= ApiLimits.MaxEchoedNameLength ? name : name[..ApiLimits.MaxEchoedNameLength]);
                return Answer.Ok(WebhookResponse.Ignored, ApiJson.Wire.WebhookResponse);
            }

            if (CreditOf(body.RootElement, out var credit) is { } malformed)
            {
                return Refuse(malformed);
            }

            if (credit!.OccurredAt is null && body.RootElement.TryGetProperty("occurredAt"u8, out var given) && given.ValueKind is not JsonValueKind.Null)
            {
                WebhookLog.TimeUnreadable(logger, credit.Reference);
            }

            if (await grains.GetGrain<IBankInboxGrain>(0).ReceiveAsync(credit) is BankCreditReceipt.Contradicting)
            {
                WebhookLog.Contradicting(logger, credit.Reference);
            }

            return Answer.Ok(WebhookResponse.Received, ApiJson.Wire.WebhookResponse);
        }
    }

    private Problem Refuse(Problem problem)
    {
        WebhookLog.Refused(logger, problem.Kind.Code, problem.Detail);
        return problem;
    }

    private static string? EventOf(JsonElement body)
    {
        try
        {
            // Two of them say nothing.
            return body.ValueKind is JsonValueKind.Object && body.EnumerateObject().Count(static member => member.NameEquals("event"u8)) == 1
                && body.GetProperty("event"u8) is { ValueKind: JsonValueKind.String } name
                    ? name.GetString()
                    : null;
        }
        catch (InvalidOperationException)
        {
            // It escapes half a character, or is no UTF-8: no name, and refused as such.
            return null;
        }
    }

    private static Problem? CreditOf(JsonElement json, out BankCredit? credit)
    {
        credit = null;
        GlobusWebhook body;
        try
        {
            body = json.Deserialize(ApiJson.Wire.GlobusWebhook) ?? new GlobusWebhook();
        }
        catch (JsonException exception)
        {
            return JsonErrors.Explain(exception, ApiJson.Wire.GlobusWebhook);
        }

        var errors = new FieldErrors();
        errors.RequiredText("event", body.Event, 1, CreditEvent.Length);
        var reference = errors.RequiredText("reference", body.Reference, 1, BankCredit.MaxReferenceLength);
        var account = errors.RequiredText("accountNumber", body.AccountNumber, BankCredit.AccountNumberLength, BankCredit.AccountNumberLength);
        if (!account.All(char.IsAsciiDigit))
        {
            errors.Add("accountNumber", "accountNumber must have ten digits.");
        }

        errors.RequiredAmount("amount", body.Amount);
        if (!Currency.TryParse(body.Currency ?? GlobusWebhook.DefaultCurrency, out var currency))
        {
            errors.Add("currency", "currency must be a code of ISO 4217.");
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (body.Amount.TryRead("amount", currency, out var amount, Limits.MaxAmountMinor) is { } problem)
        {
            return problem.Kind == ProblemKind.Validation ? problem : Problem.Invalid(problem.Detail);
        }

        credit = new BankCredit(reference, account, amount, body.SenderName, body.Narration, body.OccurredAt, BankCreditSource.Webhook);
        return null;
    }
}
