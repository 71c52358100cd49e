namespace WalletGrains.Contracts.Proofs;

/// <summary>
/// Writes where all wallets stand to a signed file outside the database, once a day and on demand. One for the cluster, key 0.
/// </summary>
[Alias("walletgrains.ICheckpointGrain")]
public interface ICheckpointGrain : IGrainWithIntegerKey
{
    /// <summary>Writes today's checkpoint unless it is there. Does nothing when there is no key to sign it with.</summary>
    /// <exception cref="UnavailableException">The store or the folder is away.</exception>
    [Alias("WriteDue")]
    Task WriteDueAsync();

    /// <summary>Writes a checkpoint now, or joins the one that is being written.</summary>
    /// <returns>It; null when it takes longer than a caller should wait, or when there is no key to sign it with.</returns>
    /// <exception cref="UnavailableException">The store or the folder is away.</exception>
    [Alias("Write")]
    Task<Checkpoint?> WriteAsync();

    /// <summary>The newest checkpoints, newest first, at most <see cref="Limits.MaxPageSize"/>.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<IReadOnlyList<Checkpoint>> ListAsync();
}

/// <summary>A checkpoint.</summary>
/// <param name="TakenAt">When.</param>
/// <param name="Wallets">How many wallets it has.</param>
/// <param name="File">Name of its file; that of its signature ends with .sig.</param>
/// <param name="Sha256">SHA-256 of the file, in hex.</param>
/// <param name="Signature">Its signature, in base64.</param>
/// <param name="KeyId">Names the key that signed it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Checkpoint")]
public sealed record Checkpoint(
    [property: Id(0)] DateTimeOffset TakenAt,
    [property: Id(1)] long Wallets,
    [property: Id(2)] string File,
    [property: Id(3)] string Sha256,
    [property: Id(4)] string Signature,
    [property: Id(5)] string KeyId);
