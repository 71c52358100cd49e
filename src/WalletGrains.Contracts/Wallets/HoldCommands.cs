namespace WalletGrains.Contracts.Wallets;

/// <summary>Reserves money.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Amount">How much.</param>
/// <param name="HoldId">The id the hold gets if this request is new. It is not part of the request's content.</param>
/// <param name="ExpiresAfter">How long it lasts, in whole seconds, at most <see cref="Limits.MaxHoldDuration"/>; null for until
/// it is captured or released.</param>
/// <param name="Description">Words for the history.</param>
/// <param name="Metadata">What the caller attaches.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.PlaceHold")]
public sealed record PlaceHold(
    RequestId RequestId,
    Money Amount,
    [property: Id(0)] Guid HoldId,
    [property: Id(1)] TimeSpan? ExpiresAfter = null,
    string? Description = null,
    Metadata? Metadata = null)
    : MoneyCommand(RequestId, Amount, Description, Metadata);

/// <summary>Takes held money out of the wallet and ends the hold; what is not taken is available again.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="HoldId">The hold.</param>
/// <param name="Amount">How much; null for all of it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CaptureHold")]
public sealed record CaptureHold(
    RequestId RequestId,
    [property: Id(0)] Guid HoldId,
    [property: Id(1)] Money? Amount = null)
    : WalletCommand(RequestId, null, null);

/// <summary>Ends a hold without taking anything.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="HoldId">The hold.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReleaseHold")]
public sealed record ReleaseHold(RequestId RequestId, [property: Id(0)] Guid HoldId) : WalletCommand(RequestId, null, null);

/// <summary>Ends a hold whose time is over. The wallet sends it to itself, once its own clock says so.</summary>
/// <param name="HoldId">The hold.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ExpireHold")]
public sealed record ExpireHold([property: Id(0)] Guid HoldId) : WalletCommand(RequestId.ForExpiry(HoldId), null, null);
