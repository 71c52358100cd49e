using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Schedules;

/// <summary>Has money moved from the wallet in the path at a time, or again and again.</summary>
internal sealed record ScheduleRequest
{
    /// <summary>The wallet that receives it.</summary>
    [Required]
    public Guid? ToWalletId { get; init; }

    /// <summary>How much each time, in major units of the currency of both wallets.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>The first time, not in the past; with its offset.</summary>
    [Required]
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>How often after that: a period of ISO 8601 of years, months, weeks, days, hours and minutes, such as P1M or PT12H, at
    /// least PT1M. Once when left out. A month after the 31st is the last day of a shorter month.</summary>
    public string? Every { get; init; }

    /// <summary>No transfer is made for a time later than this; not before startAt.</summary>
    public DateTimeOffset? EndAt { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>Words for both histories, at most 500 characters.</summary>
    public string? Description { get; init; }
}

/// <summary>A schedule.</summary>
/// <param name="ScheduleId">Its id.</param>
/// <param name="WalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much each time.</param>
/// <param name="Currency">The currency, by its code of ISO 4217.</param>
/// <param name="Status">ACTIVE, COMPLETED (all its times have passed), FAILED (its only transfer was refused, or a wallet is closed) or CANCELLED.</param>
/// <param name="StartAt">The first time.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record ScheduleResponse(
    Guid ScheduleId,
    Guid WalletId,
    Guid ToWalletId,
    decimal Amount,
    string Currency,
    string Status,
    DateTimeOffset StartAt,
    DateTimeOffset CreatedAt)
{
    /// <summary>The next time; left out when it has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>How often after the first time; left out for once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Every { get; init; }

    /// <summary>No time is later than this; left out for no end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EndAt { get; init; }

    /// <summary>The words of its transfers; left out when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>When its newest transfer was tried; left out before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastRunAt { get; init; }

    /// <summary>Its newest transfer; left out when that was refused before it had an id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? LastTransferId { get; init; }

    /// <summary>The code of the refusal of its newest transfer; left out when that was made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastFailureCode { get; init; }

    public static ScheduleResponse Of(Schedule schedule) => new(
        schedule.ScheduleId,
        schedule.WalletId,
        schedule.ToWalletId,
        schedule.Amount.ToMajor(),
        schedule.Amount.Currency.Code,
        Name(schedule.Status),
        schedule.StartAt,
        schedule.CreatedAt)
    {
        NextAt = schedule.NextAt,
        Every = schedule.Every?.Text,
        EndAt = schedule.EndAt,
        Description = schedule.Description,
        LastRunAt = schedule.LastRunAt,
        LastTransferId = schedule.LastTransferId,
        LastFailureCode = schedule.LastFailure is { } failure ? Refusals.Of(failure).Kind.Code : null,
    };

    private static string Name(ScheduleStatus status) => status switch
    {
        ScheduleStatus.Active => "ACTIVE",
        ScheduleStatus.Completed => "COMPLETED",
        ScheduleStatus.Failed => "FAILED",
        ScheduleStatus.Cancelled => "CANCELLED",
        _ => throw new InvalidOperationException($"Unknown schedule status {status}."),
    };
}

/// <summary>A page of schedules, in the order they were made in.</summary>
/// <param name="Items">The schedules.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record SchedulesResponse(IReadOnlyList<ScheduleResponse> Items, string? NextCursor)
{
    public static SchedulesResponse Of(Guid walletId, Page<Schedule> page) => new(
        [.. page.Items.Select(ScheduleResponse.Of)],
        page is { HasMore: true, Items: [.., var last] } ? Cursor.AfterSchedule(walletId, last.ScheduleId) : null);
}
