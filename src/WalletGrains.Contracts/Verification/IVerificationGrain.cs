namespace WalletGrains.Contracts.Verification;

/// <summary>Verifies the histories of wallets against what is stored. One for the cluster, key 0; calls do not wait for one another.</summary>
[Alias("walletgrains.IVerificationGrain")]
public interface IVerificationGrain : IGrainWithIntegerKey
{
    /// <summary>Verifies one wallet.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Verify")]
    Task<VerificationOutcome> VerifyAsync(Guid walletId);

    /// <summary>Verifies all wallets, or joins the run that is under way.</summary>
    /// <returns>The result; null when it takes longer than a caller should wait: the run goes on and its result is kept.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("VerifyAll")]
    Task<VerificationResult?> VerifyAllAsync();

    /// <summary>The result of the newest run over all wallets; null when there was none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindNewest")]
    Task<VerificationResult?> FindNewestAsync();
}

/// <summary>What the verification of one wallet came to: exactly one of the two is set, or none where there is no such wallet.</summary>
/// <param name="Verdict">What was found.</param>
/// <param name="TooManyEntries">How many entries there are, when they are too many to wait for.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.VerificationOutcome")]
public sealed record VerificationOutcome([property: Id(0)] WalletVerdict? Verdict, [property: Id(1)] long? TooManyEntries = null);

/// <summary>Whether the stored history of a wallet is true.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Entries">How many entries were found to be true.</param>
/// <param name="FirstBrokenVersion">The first version that is wrong or missing; 0 for the opening, null when all is well.</param>
/// <param name="Reason">What is wrong with it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletVerdict")]
public sealed record WalletVerdict(
    [property: Id(0)] Guid WalletId,
    [property: Id(1)] long Entries,
    [property: Id(2)] long? FirstBrokenVersion = null,
    [property: Id(3)] string? Reason = null)
{
    /// <summary>Nothing is wrong.</summary>
    public bool IsValid => FirstBrokenVersion is null;
}

/// <summary>The result of a verification of all wallets.</summary>
/// <param name="RanAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="WalletsChecked">How many wallets were verified.</param>
/// <param name="EntriesChecked">How many entries were found to be true.</param>
/// <param name="BrokenWallets">How many are broken.</param>
/// <param name="Broken">The first of them.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.VerificationResult")]
public sealed record VerificationResult(
    [property: Id(0)] DateTimeOffset RanAt,
    [property: Id(1)] DateTimeOffset EndedAt,
    [property: Id(2)] long WalletsChecked,
    [property: Id(3)] long EntriesChecked,
    [property: Id(4)] long BrokenWallets,
    [property: Id(5)] IReadOnlyList<WalletVerdict> Broken);
