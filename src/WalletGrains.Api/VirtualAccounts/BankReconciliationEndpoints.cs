using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>Compares the bank's statements with what is credited, and has credited what was missed.</summary>
internal sealed class BankReconciliationEndpoints(IGrainFactory grains, TimeProvider time)
{
    private const string DateFormat = "yyyy-MM-dd";

    private static readonly QueryParameter Date = new("date", "The day of the statement, UTC, such as 2026-01-31. Required.");

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/ops/reconciliation/bank", CompareAsync, new("compareBankStatement", "Operations", "Compare a day's statement of the bank with what is credited")
        {
            Description = $"The body is CSV: a first line reference,account,amount,time and one for each payment in NGN, at most {BankReconciliation.MaxLines}. The result is kept in place of the one before it.",
            Access = Access.Operator,
            TextBody = new(StatementUpload.MediaType, StatementUpload.Example),
            Query = [Date],
            Response = typeof(BankReconciliationResponse),
        });
        endpoints.MapApi("GET", "/ops/reconciliation/bank", GetAsync, new("getBankReconciliation", "Operations", "How a day's statement of the bank compared")
        {
            Access = Access.Operator,
            Query = [Date],
            Response = typeof(BankReconciliationResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("POST", "/ops/reconciliation/bank/credit", CreditAsync, new("creditMissingPayment", "Operations", "Credit a payment that is in no wallet")
        {
            Description = "One that the comparison of the day lists under missingHere or uncredited. It goes the way of a report of the bank, and is credited once whatever else comes in; "
                + "its dead letter is tried anew. One that is listed under discarded is credited only with reopen: its money may have been sent back.",
            Access = Access.Operator,
            Body = typeof(CreditMissingRequest),
            Response = typeof(WebhookResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.PaymentDiffers, ProblemKind.PaymentDiscarded],
        });
    }

    private IBankReconciliationGrain Reconciliation => grains.GetGrain<IBankReconciliationGrain>(0);

    private async ValueTask<Answer> CompareAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var day = QueryDay(errors, context.Request);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var (lines, problem) = await StatementUpload.ReadAsync(context.Request, day);
        return lines is null
            ? problem!
            : Answer.Ok(BankReconciliationResponse.Of(await Reconciliation.CompareAsync(day, lines)), ApiJson.Wire.BankReconciliationResponse);
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var day = QueryDay(errors, context.Request);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Reconciliation.FindAsync(day) is { } result
            ? Answer.Ok(BankReconciliationResponse.Of(result), ApiJson.Wire.BankReconciliationResponse)
            : new Problem(ProblemKind.NotFound, "No statement of this day was compared yet.");
    }

    private async ValueTask<Answer> CreditAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.CreditMissingRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var day = Day(errors, errors.RequiredText("date", body.Date, DateFormat.Length, DateFormat.Length));
        var reference = errors.RequiredText("reference", body.Reference, 1, BankCredit.MaxReferenceLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Reconciliation.CreditMissingAsync(day, reference, body.Reopen == true) switch
        {
            null => new Problem(ProblemKind.NotFound, "The comparison of this day lists no such payment as missing here, uncredited or discarded."),
            BankCreditReceipt.Contradicting => new Problem(
                ProblemKind.PaymentDiffers, "Since the comparison the bank has reported this payment with another account, amount or currency. What it reported stands."),
            BankCreditReceipt.Closed => new Problem(
                ProblemKind.PaymentDiscarded, "An operator has discarded this payment, and its money may have been sent back. With reopen it is credited."),
            _ => Answer.Ok(WebhookResponse.Received, ApiJson.Wire.WebhookResponse),
        };
    }

    private DateOnly QueryDay(FieldErrors errors, HttpRequest request) => Day(errors, QueryFields.Single(request, Date.Name) ?? "");

    private DateOnly Day(FieldErrors errors, string text)
    {
        if (!DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || day.Year < 2_000 || day > DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(1))
        {
            errors.Add(Date.Name, "date must be a day such as 2026-01-31, and not behind tomorrow.");
        }

        return day;
    }
}
