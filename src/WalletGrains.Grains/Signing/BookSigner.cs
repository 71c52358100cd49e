using System.Security.Cryptography;

namespace WalletGrains.Grains.Signing;

/// <summary>
/// Signs what leaves the books: checkpoints and receipts. ECDSA over the curve P-256 with SHA-256 and signatures in DER, which
/// <c>openssl dgst -sha256 -verify</c> checks. Without a key there are neither.
/// </summary>
public sealed class BookSigner : IDisposable
{
    /// <summary>What it signs with, for people.</summary>
    public const string Algorithm = "ECDSA P-256, SHA-256, signature in DER";

    private const string P256 = "1.2.840.10045.3.1.7";
    private const DSASignatureFormat Der = DSASignatureFormat.Rfc3279DerSequence;

    private readonly ECDsa? _key;
    private readonly Lock _lock = new();

    private BookSigner(ECDsa? key)
    {
        _key = key;
        PublicKeyPem = key?.ExportSubjectPublicKeyInfoPem();
        KeyId = key is null ? null : Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..32];
    }

    /// <summary>Signs nothing, for hosts without a key.</summary>
    public static BookSigner Off { get; } = new(null);

    /// <summary>Whether there is a key.</summary>
    public bool IsOn => _key is not null;

    /// <summary>The public key as PEM; null without a key.</summary>
    public string? PublicKeyPem { get; }

    /// <summary>Names the key: the first half of the SHA-256 of its public half, in hex. Null without a key.</summary>
    public string? KeyId { get; }

    /// <summary>The signer with this private key.</summary>
    /// <param name="pem">PKCS#8 or SEC 1 in PEM, not encrypted.</param>
    /// <exception cref="ArgumentException">It is not a private key of the curve P-256.</exception>
    public static BookSigner FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value != P256)
            {
                throw new ArgumentException("The key is not of the curve P-256.", nameof(pem));
            }

            return new BookSigner(key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ArgumentException("It is not an unencrypted private key of the curve P-256 in PEM.", nameof(pem), e);
        }
    }

    /// <summary>A new private key: PKCS#8 in PEM.</summary>
    public static string NewKeyPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>The signature of data.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => SignHash(SHA256.HashData(data));

    /// <summary>The signature of data with this SHA-256.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public byte[] SignHash(byte[] sha256)
    {
        if (_key is null)
        {
            throw new InvalidOperationException("There is no key to sign with.");
        }

        // Nothing is promised about one key in many threads; a signature takes a tenth of a millisecond.
        lock (_lock)
        {
            return _key.SignHash(sha256, Der);
        }
    }

    /// <summary>Whether a signature is that of data with this SHA-256 by the owner of a key.</summary>
    /// <param name="publicKeyPem">The public key, or the private one.</param>
    /// <param name="sha256">The hash of the data.</param>
    /// <param name="signature">The signature in DER.</param>
    /// <exception cref="ArgumentException">It is not a key.</exception>
    public static bool IsSignedBy(string publicKeyPem, byte[] sha256, byte[] signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(publicKeyPem);
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("It is not a key in PEM.", nameof(publicKeyPem), e);
        }

        return key.VerifyHash(sha256, signature, Der);
    }

    /// <inheritdoc />
    public void Dispose() => _key?.Dispose();
}
