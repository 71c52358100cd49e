using WalletGrains.Contracts;

namespace WalletGrains.Domain.Wallets;

/// <summary>What happened to a wallet's balance. The kinds below are all there are.</summary>
/// <param name="EntryId">Public id of the entry.</param>
/// <param name="RequestId">The request that caused it.</param>
/// <param name="AmountMinor">How much, above zero, in minor units of the wallet's currency.</param>
/// <param name="Description">The caller's words.</param>
/// <param name="At">When it was decided.</param>
public abstract record WalletEvent(Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At)
{
    /// <summary>Money came in from outside.</summary>
    public sealed record Funded(Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, At);

    /// <summary>Money went outside.</summary>
    public sealed record Withdrawn(Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, At);

    /// <summary>Money left for another wallet.</summary>
    public sealed record TransferDebited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At, Guid TransferId, Guid ToWalletId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, At);

    /// <summary>Money arrived from another wallet.</summary>
    public sealed record TransferCredited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At, Guid TransferId, Guid FromWalletId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, At);

    /// <summary>Money came back from a wallet that refused it.</summary>
    public sealed record TransferRefunded(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, DateTimeOffset At, Guid TransferId, Guid ToWalletId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, At);
}
