using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Api.Bills;

/// <summary>Pays bills, and shows payments to who owns the wallet.</summary>
internal sealed class BillEndpoints(IGrainFactory grains, WalletDirectory directory, RateLimits limits, TimeProvider time)
{
    private const string Tag = "Bills";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/bills/billers", ListBillersAsync, new("listBillers", Tag, "The billers that can be paid")
        {
            Access = Access.WalletsRead,
            Response = typeof(BillerResponse[]),
        });
        endpoints.MapApi("POST", "/bills/pay", PayAsync, new("payBill", Tag, "Pay a bill")
        {
            Description = "The money is held, and leaves when the biller confirms; when the payment fails it is available again. What becomes of it shows "
                + "GET /bills/{id}, and BILL_UPDATED on the push connection tells each step. A payment is made once, under one reference, however often its biller has to be asked. "
                + $"A customer or operator may ask for {RateLimitOptions.DefaultBillsPerMinute} a minute by default (`RateLimits:BillsPerMinute`), because each request may show whose reference it is. "
                + "Beyond that the answer is 429, and the request id is still free.",
            Access = Access.MoneyMove,
            Body = typeof(PayBillRequest),
            RequestIdMember = "requestId",
            Replays = true,
            Status = StatusCodes.Status202Accepted,
            Response = typeof(PayBillResponse),
            Problems =
            [
                ProblemKind.NotFound, ProblemKind.RequestIdReused, ProblemKind.UnknownBiller, ProblemKind.UnknownCustomer, ProblemKind.CurrencyMismatch,
                ProblemKind.AmountTooLarge, ProblemKind.InsufficientFunds, ProblemKind.LimitExceeded, ProblemKind.WalletClosed, ProblemKind.WalletFrozen,
                ProblemKind.TooManyHolds,
            ],
        });
        endpoints.MapApi("GET", "/bills", ListAsync, new("listBillPayments", Tag, "Payments of bills, the newest first")
        {
            Description = "Customers see those of their own wallets.",
            Access = Access.WalletsRead,
            Response = typeof(BillPaymentListResponse),
            Query =
            [
                QueryParameter.Limit, QueryParameter.NextCursor, new("status", "Only payments that have come so far.") { Values = BillStatuses.All },
                new("walletId", "Only payments of this wallet."),
            ],
        });
        endpoints.MapApi("GET", "/bills/{id}", GetAsync, new("getBillPayment", Tag, "A payment of a bill with its history")
        {
            Access = Access.WalletsRead,
            Response = typeof(BillPaymentResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("POST", "/ops/bills/{id}/settle", SettleAsync, new("settleBillPayment", "Operations", "Decide what has become of a payment whose biller does not say")
        {
            Description = "For payments that are UNKNOWN or PROCESSING for too long: find out from the biller first. COMPLETED lets the held money go, "
                + "FAILED gives it back. Nothing that is decided is decided again, and nothing is decided in the minute in which the biller may just be taking the payment.",
            Access = Access.Operator,
            Body = typeof(SettleBillRequest),
            Response = typeof(BillPaymentResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.NotOpenToSettlement],
        });
        endpoints.MapApi("POST", "/ops/bills/{id}/retry", RetryAsync, new("retryBillPayment", "Operations", "Have the next step of a payment tried at once")
        {
            Description = "Also of one whose job was given up or discarded. A payment at its end is left as it is.",
            Access = Access.Operator,
            Response = typeof(BillPaymentResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private IBillGrain Bills => grains.GetGrain<IBillGrain>(0);

    private async ValueTask<Answer> ListBillersAsync(HttpContext context) =>
        Answer.Ok((BillerResponse[])[.. (await Bills.GetBillersAsync()).Select(BillerResponse.Of)], ApiJson.Wire.BillerResponseArray);

    private async ValueTask<Answer> PayAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.PayBillRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var walletId = errors.RequiredId("walletId", body.WalletId);
        var billerCode = errors.RequiredText("billerCode", body.BillerCode, 1, Limits.MaxBillerCodeLength);
        var customerReference = errors.RequiredText("customerReference", body.CustomerReference, 1, Limits.MaxCustomerReferenceLength);
        var requestId = errors.RequestId("requestId", body.RequestId, context.Request, time);
        errors.RequiredAmount("amount", body.Amount);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (limits.TakeBill(Caller.Of(context)) is { } tooMany)
        {
            return tooMany;
        }

        var (amount, refused) = await directory.ReadAmountAsync(context, walletId, body.Amount, Limits.MaxAmountMinor);
        if (refused is not null)
        {
            return refused;
        }

        AuditRecord.Of(context)?.TakeAsked(MadeKind.Bill, walletId);
        try
        {
            var outcome = await Bills.PayAsync(new PayBill(requestId, walletId, billerCode, customerReference, amount));
            return outcome is BillOutcome.Accepted accepted
                ? Answer.Accepted(new PayBillResponse(accepted.PaymentId, BillStatuses.NameOf(BillStatus.Pending)), ApiJson.Wire.PayBillResponse) with
                {
                    Replayed = accepted.Replayed,
                    Location = $"/bills/{accepted.PaymentId}",
                    Made = new(MadeKind.Bill, accepted.PaymentId),
                }
                : Refusals.Of(outcome, requestId)!;
        }
        catch (Exception exception) when (Failures.OfCommand(exception, requestId) is { } failure)
        {
            return failure;
        }
    }

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        var status = errors.QueryName(context.Request, "status", BillStatuses.All) is { } name ? BillStatuses.Parse(name) : null;
        var walletId = errors.QueryId(context.Request, "walletId");
        Guid? ownerId = caller.ActsForAnyone ? null : caller.UserId;
        var filters = $"{ownerId}|{walletId}|{status}";
        var before = errors.QueryBillCursor(context.Request, filters);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await Bills.ListAsync(new BillQuery(ownerId, walletId, status, before, limit));
        return Answer.Ok(
            new BillPaymentListResponse(
                [.. page.Items.Select(payment => BillPaymentResponse.Of(payment, caller.IsOperator))],
                page is { HasMore: true, Items: [.., var last] } ? Cursor.AfterBill(filters, last.PaymentId) : null),
            ApiJson.Wire.BillPaymentListResponse);
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        var errors = new FieldErrors();
        var paymentId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Bills.FindAsync(paymentId) is { } payment && caller.MayUse(payment.OwnerId)
            ? Answer.Ok(BillPaymentResponse.Of(payment, caller.IsOperator), ApiJson.Wire.BillPaymentResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> SettleAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.SettleBillRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var paymentId = errors.PathId(context);
        var reason = errors.RequiredText("reason", body.Reason, 1, Limits.MaxDescriptionLength);
        var (paid, failed) = (BillStatuses.NameOf(BillStatus.Completed), BillStatuses.NameOf(BillStatus.Failed));
        if (body.Outcome != paid && body.Outcome != failed)
        {
            errors.Add("outcome", $"outcome must be {paid} or {failed}.");
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Bills.SettleAsync(new SettleBill(paymentId, body.Outcome == paid, Caller.Of(context).UserId, reason)) switch
        {
            null => Problem.NotFound,
            { IsAsDecided: true, Payment: var payment } => Shown(payment),
            { Payment.Status: BillStatus.Processing or BillStatus.Unknown } => new Problem(
                ProblemKind.NotOpenToSettlement, "The biller is being called just now, and may take the payment. Look at it again in a minute."),
            { Payment.Status: var status } => new Problem(
                ProblemKind.NotOpenToSettlement, $"The payment is {BillStatuses.NameOf(status)}. Only one whose biller does not say how it stands is settled, once."),
        };
    }

    private async ValueTask<Answer> RetryAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var paymentId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Bills.RetryAsync(paymentId) is { } payment ? Shown(payment) : Problem.NotFound;
    }

    private static Answer Shown(BillPayment payment) =>
        Answer.Ok(BillPaymentResponse.Of(payment, toOperator: true), ApiJson.Wire.BillPaymentResponse) with { Made = new(MadeKind.Bill, payment.PaymentId) };
}
