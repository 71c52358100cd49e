using WalletGrains.Domain.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>A wallet after some decision.</summary>
/// <param name="State">Its state.</param>
/// <param name="Revision">How many decisions it took.</param>
/// <param name="Hash">The hash of its newest entry.</param>
/// <param name="Details">The details of its state as they are stored.</param>
internal sealed record WalletPosition(WalletState State, long Revision, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Details)
{
    /// <summary>The position after an event. Details that stay the same are not encoded anew.</summary>
    public WalletPosition After(WalletState state, ReadOnlyMemory<byte> hash) => new(
        state,
        Revision + 1,
        hash,
        ReferenceEquals(state.Details, State.Details) ? Details : DetailsContent.Encode(state.Details));
}
