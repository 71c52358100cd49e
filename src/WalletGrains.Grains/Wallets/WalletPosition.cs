using WalletGrains.Domain.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>A wallet after some decision: its state, how many decisions it took, and the hash of its newest entry.</summary>
internal sealed record WalletPosition(WalletState State, long Revision, ReadOnlyMemory<byte> Hash);
