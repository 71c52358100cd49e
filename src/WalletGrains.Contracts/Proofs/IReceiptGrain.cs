namespace WalletGrains.Contracts.Proofs;

/// <summary>Makes receipts that customers can check offline. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IReceiptGrain")]
public interface IReceiptGrain : IGrainWithIntegerKey
{
    /// <summary>The receipt of an entry; null when there is no such entry.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<Receipt?> GetAsync(Guid walletId, long version);

    /// <summary>The key that receipts and checkpoints are signed with; null where there is none.</summary>
    [Alias("FindKey")]
    Task<SigningKey?> FindKeyAsync();
}

/// <summary>An entry with the proof that it is in the books.</summary>
/// <param name="EntryId">Its id.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="PreviousHash">The hash of the entry before it, or of the opening.</param>
/// <param name="Hash">SHA-256 over the previous hash and the bytes.</param>
/// <param name="Signed">What is signed; null where there is no key to sign with.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Receipt")]
public sealed record Receipt(
    [property: Id(0)] Guid EntryId,
    [property: Id(1)] byte[] Content,
    [property: Id(2)] byte[] PreviousHash,
    [property: Id(3)] byte[] Hash,
    [property: Id(4)] SignedText? Signed);

/// <summary>A text with its signature.</summary>
/// <param name="Text">The text: its kind, and what identifies the thing and its hash.</param>
/// <param name="Signature">The signature of the text in UTF-8.</param>
/// <param name="KeyId">Names the key.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SignedText")]
public sealed record SignedText([property: Id(0)] string Text, [property: Id(1)] byte[] Signature, [property: Id(2)] string KeyId);

/// <summary>A public key.</summary>
/// <param name="KeyId">Names it.</param>
/// <param name="Algorithm">What it is for, in words.</param>
/// <param name="PublicKeyPem">The key in PEM.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SigningKey")]
public sealed record SigningKey([property: Id(0)] string KeyId, [property: Id(1)] string Algorithm, [property: Id(2)] string PublicKeyPem);
