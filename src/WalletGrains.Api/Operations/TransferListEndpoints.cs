using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Transfers;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;

namespace WalletGrains.Api.Operations;

/// <summary>Lists transfers for operators.</summary>
internal sealed class TransferListEndpoints(IGrainFactory grains)
{
    private static readonly string[] Statuses = [.. Enum.GetValues<TransferStatus>().Select(TransferResponse.Name)];

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/ops/transfers", ListAsync, new("listTransfers", "Operations", "Transfers, the newest first")
        {
            Access = Access.Operator,
            Response = typeof(TransferListResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor, new("status", "Only transfers that have come so far.") { Values = Statuses }],
        });

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        TransferStatus? status = null;
        if (QueryFields.Single(context.Request, "status") is { } name)
        {
            status = Enum.GetValues<TransferStatus>().Cast<TransferStatus?>().FirstOrDefault(known => TransferResponse.Name(known!.Value) == name);
            if (status is null)
            {
                errors.Add("status", $"status must be one of {string.Join(", ", Statuses)}.");
            }
        }

        Guid? before = null;
        if (QueryFields.Single(context.Request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadTransfer(cursor, (int?)status ?? 0, out var last))
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

        var page = await grains.GetGrain<ITransferListGrain>(0).ListAsync(status, before, limit);
        var next = page is { HasMore: true, Items: [.., var end] } ? Cursor.AfterTransfer((int?)status ?? 0, end.TransferId) : null;
        return Answer.Ok(new TransferListResponse([.. page.Items.Select(ListedTransferResponse.Of)], next), ApiJson.Wire.TransferListResponse);
    }
}

/// <summary>A page of transfers, the newest first.</summary>
/// <param name="Items">The transfers.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record TransferListResponse(IReadOnlyList<ListedTransferResponse> Items, string? NextCursor);

/// <summary>A transfer as operators see it.</summary>
/// <param name="TransferId">Its id.</param>
/// <param name="Status">DEBITED, COMPLETED, COMPENSATED (the payer has the money back) or FAILED (nothing moved).</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="Currency">Its currency, by its code of ISO 4217.</param>
/// <param name="CreatedAt">When it began.</param>
internal sealed record ListedTransferResponse(
    Guid TransferId, string Status, Guid FromWalletId, Guid ToWalletId, decimal Amount, string Currency, DateTimeOffset CreatedAt)
{
    /// <summary>The code of the refusal that ended it; left out for one that was not refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FailureCode { get; init; }

    public static ListedTransferResponse Of(Transfer transfer) => new(
        transfer.TransferId,
        TransferResponse.Name(transfer.Status),
        transfer.FromWalletId,
        transfer.ToWalletId,
        transfer.Amount.ToMajor(),
        transfer.Amount.Currency.Code,
        transfer.CreatedAt)
    {
        FailureCode = transfer.Failure is { } failure ? Refusals.Of(failure).Kind.Code : null,
    };
}
