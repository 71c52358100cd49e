using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>A wallet after some decision.</summary>
/// <param name="State">Its state.</param>
/// <param name="Revision">How many decisions it took.</param>
/// <param name="Hash">The hash of its newest entry.</param>
/// <param name="Details">The details of its state as they are stored.</param>
internal sealed record WalletPosition(WalletState State, long Revision, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Details)
{
    /// <summary>
    /// What left lately, as far as a <see cref="FraudGate"/> counts it. Which entries those are is configured, so they are no part of the wallet:
    /// read from the journal together with it, and not kept with it.
    /// </summary>
    public Withdrawals Lately { get; init; } = Withdrawals.None;

    /// <summary>The position after an event. Details that stay the same are not encoded anew.</summary>
    public WalletPosition After(WalletState state, ReadOnlyMemory<byte> hash, Withdrawals lately) => new(
        state,
        Revision + 1,
        hash,
        ReferenceEquals(state.Details, State.Details) ? Details : DetailsContent.Encode(state.Details))
    {
        Lately = lately,
    };
}
