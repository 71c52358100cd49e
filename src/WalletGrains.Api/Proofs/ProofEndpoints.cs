using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts.Proofs;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Proofs;

/// <summary>Gives customers what they need to prove a transaction without asking anybody.</summary>
internal sealed class ProofEndpoints(IGrainFactory grains, WalletDirectory directory)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/transactions/{id}/receipt", GetReceiptAsync, new("getReceipt", "Wallet", "A transaction with its proof")
        {
            Access = Access.WalletsRead,
            Description = "The exact bytes that were hashed, the hash before them, and a signature. How to check it offline, with openssl and jq alone, is in docs/verification.md.",
            Response = typeof(ReceiptResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("GET", "/signing-key", GetKeyAsync, new("getSigningKey", "Wallet", "The public key that receipts and checkpoints are signed with")
        {
            Access = Access.Open,
            Response = typeof(SigningKeyResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.Validation],
        });
    }

    private async ValueTask<Answer> GetReceiptAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var entryId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await grains.GetGrain<IWalletQueryGrain>(0).FindEntryAsync(entryId) is { } entry
            && await directory.FindAsync(entry.WalletId) is { } known
            && Caller.Of(context).MayUse(known.OwnerId)
            && await grains.GetGrain<IReceiptGrain>(0).GetAsync(entry.WalletId, entry.Version) is { } receipt
            ? Answer.Ok(ReceiptResponse.Of(entry, receipt), ApiJson.Wire.ReceiptResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> GetKeyAsync(HttpContext context)
    {
        return await grains.GetGrain<IReceiptGrain>(0).FindKeyAsync() is { } key
            ? Answer.Ok(new SigningKeyResponse(key.KeyId, key.Algorithm, key.PublicKeyPem), ApiJson.Wire.SigningKeyResponse)
            : new Problem(ProblemKind.NotFound, "Nothing is signed here: the operator has configured no key.");
    }
}

/// <summary>A transaction with its proof. What is bytes is in base64.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="WalletId">Its wallet.</param>
/// <param name="Version">Its place in the wallet's history.</param>
/// <param name="Content">The transaction as it is stored: the bytes of one JSON object.</param>
/// <param name="PreviousHash">The hash of the entry before it, or of the opening.</param>
/// <param name="Hash">SHA-256 over the previous hash and the content.</param>
/// <param name="Instructions">How to check it.</param>
internal sealed record ReceiptResponse(
    Guid TransactionId, Guid WalletId, long Version, byte[] Content, byte[] PreviousHash, byte[] Hash, string Instructions)
{
    private const string HowTo =
        "hash must be SHA-256 of previousHash and content; signedText must be 'walletgrains-receipt-v1', walletId, version and hash with "
        + "blanks between them; signature must be that of signedText by the key of GET /signing-key. docs/verification.md has the commands.";

    /// <summary>What is signed; left out where nothing is signed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SignedText { get; init; }

    /// <summary>The signature of it, ECDSA with SHA-256 in DER; left out where nothing is signed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Signature { get; init; }

    /// <summary>Names the key; left out where nothing is signed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; init; }

    public static ReceiptResponse Of(Entry entry, Receipt receipt) => new(
        entry.EntryId, entry.WalletId, entry.Version, receipt.Content, receipt.PreviousHash, receipt.Hash, HowTo)
    {
        SignedText = receipt.Signed?.Text,
        Signature = receipt.Signed?.Signature,
        KeyId = receipt.Signed?.KeyId,
    };
}

/// <summary>The public key that receipts and checkpoints are signed with. Fetch it once, from somebody you trust, and keep it.</summary>
/// <param name="KeyId">Names it: the first half of its SHA-256, in hex.</param>
/// <param name="Algorithm">What it signs with.</param>
/// <param name="PublicKey">The key in PEM.</param>
internal sealed record SigningKeyResponse(string KeyId, string Algorithm, string PublicKey);
