using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;

namespace WalletGrains.Api.Fraud;

/// <summary>Shows operators what looks like fraud, and lets them resolve it.</summary>
internal sealed class FraudEndpoints(IGrainFactory grains)
{
    private static readonly string[] Statuses = ["OPEN", "RESOLVED"];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/fraud-alerts", ListAsync, new("listFraudAlerts", "Operations", "Fraud alerts, the newest first")
        {
            Description = "A wallet has one open alert for a rule; what the rule finds while it is open is added to it.",
            Access = Access.Operator,
            Response = typeof(FraudAlertListResponse),
            Query =
            [
                QueryParameter.Limit, QueryParameter.NextCursor, new("status", "Only open or only resolved ones.") { Values = Statuses },
                new("walletId", "Only alerts about this wallet."),
            ],
        });
        endpoints.MapApi("POST", "/ops/fraud-alerts/{id}/resolve", ResolveAsync, new("resolveFraudAlert", "Operations", "Resolve a fraud alert")
        {
            Description = "One that is resolved stays as it is. A frozen wallet stays frozen until it is unfrozen. The body may be left out.",
            Access = Access.Operator,
            Body = typeof(ResolveFraudAlertRequest),
            BodyIsOptional = true,
            Response = typeof(FraudAlertResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private IFraudAlertGrain Alerts => grains.GetGrain<IFraudAlertGrain>(0);

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        bool? isOpen = null;
        if (QueryFields.Single(context.Request, "status") is { } status)
        {
            isOpen = status == Statuses[0];
            if (!Statuses.Contains(status))
            {
                errors.Add("status", $"status must be one of {string.Join(", ", Statuses)}.");
            }
        }

        Guid? walletId = null;
        if (QueryFields.Single(context.Request, "walletId") is { } text)
        {
            if (Guid.TryParseExact(text, "D", out var wallet))
            {
                walletId = wallet;
            }
            else
            {
                errors.Add("walletId", "walletId must be a UUID.");
            }
        }

        Guid? before = null;
        var list = isOpen switch { null => 0, true => 1, false => 2 };
        if (QueryFields.Single(context.Request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadAlert(cursor, list, walletId, out var last))
            {
                before = last;
            }
            else
            {
                errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
            }
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await Alerts.ListAsync(new FraudAlertQuery(isOpen, walletId, before, limit));
        var next = page is { HasMore: true, Items: [.., var end] } ? Cursor.AfterAlert(list, walletId, end.AlertId) : null;
        return Answer.Ok(new FraudAlertListResponse([.. page.Items.Select(FraudAlertResponse.Of)], next), ApiJson.Wire.FraudAlertListResponse);
    }

    private async ValueTask<Answer> ResolveAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.ResolveFraudAlertRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var alertId = errors.PathId(context);
        var note = errors.OptionalText("note", body.Note, Limits.MaxDescriptionLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await Alerts.ResolveAsync(alertId, Caller.Of(context).UserId, note) is { } alert
            ? Answer.Ok(FraudAlertResponse.Of(alert), ApiJson.Wire.FraudAlertResponse)
            : Problem.NotFound;
    }
}

/// <summary>Resolves an alert.</summary>
internal sealed record ResolveFraudAlertRequest
{
    /// <summary>Why.</summary>
    public string? Note { get; init; }
}

/// <summary>A page of alerts, the newest first.</summary>
/// <param name="Items">The alerts.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record FraudAlertListResponse(IReadOnlyList<FraudAlertResponse> Items, string? NextCursor);

/// <summary>An alert.</summary>
/// <param name="AlertId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Rule">The rule that fired: FREQUENCY or LARGE_AMOUNT.</param>
/// <param name="Action">FLAG, or HOLD when the wallet is frozen for it.</param>
/// <param name="Status">OPEN or RESOLVED.</param>
/// <param name="RaisedAt">Time of the transaction at which the rule fired first.</param>
/// <param name="NewestAt">Time of the transaction at which it fired last.</param>
/// <param name="Findings">How often it fired.</param>
/// <param name="Currency">The wallet's currency.</param>
/// <param name="Evidence">The first hundred transactions it fired about.</param>
internal sealed record FraudAlertResponse(
    Guid AlertId,
    Guid WalletId,
    string Rule,
    string Action,
    string Status,
    DateTimeOffset RaisedAt,
    DateTimeOffset NewestAt,
    long Findings,
    string Currency,
    IReadOnlyList<FraudEvidenceResponse> Evidence)
{
    /// <summary>When the wallet was frozen for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? HeldAt { get; init; }

    /// <summary>When it was resolved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>The operator who resolved it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ResolvedBy { get; init; }

    /// <summary>The operator's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    public static FraudAlertResponse Of(FraudAlert alert) => new(
        alert.AlertId,
        alert.WalletId,
        alert.Rule,
        alert.Action is FraudAction.Hold ? "HOLD" : "FLAG",
        alert.ResolvedAt is null ? "OPEN" : "RESOLVED",
        alert.RaisedAt,
        alert.NewestAt,
        alert.Findings,
        alert.Currency.Code,
        [.. alert.Evidence.Select(entry => new FraudEvidenceResponse(
            entry.EntryId, entry.Type, Amounts.ToMajor(entry.AmountMinor, alert.Currency), entry.OccurredAt))])
    {
        HeldAt = alert.HeldAt,
        ResolvedAt = alert.ResolvedAt,
        ResolvedBy = alert.ResolvedBy,
        Note = alert.Note,
    };
}

/// <summary>A transaction that a rule fired about.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Type">Its type.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record FraudEvidenceResponse(Guid TransactionId, string Type, decimal Amount, DateTimeOffset OccurredAt);
