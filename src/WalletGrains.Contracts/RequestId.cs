using System.Diagnostics.CodeAnalysis;

namespace WalletGrains.Contracts;

/// <summary>
/// Names one request to one wallet, for ever. Ids of clients and ids of the product's own steps have different prefixes,
/// so no client can use up, or guess, the id of a step.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RequestId")]
public readonly record struct RequestId
{
    private const string ClientPrefix = "c:";
    private const string TransferPrefix = "t:";

    [Id(0)]
    private readonly string? _value;

    private RequestId(string value) => _value = value;

    /// <summary>The id as it is stored.</summary>
    public string Value => _value ?? throw new InvalidOperationException("This request id was not made from a text.");

    /// <summary>The id as the client wrote it; null for a step of the product's own.</summary>
    public string? ClientText => Value.StartsWith(ClientPrefix, StringComparison.Ordinal) ? Value[ClientPrefix.Length..] : null;

    /// <summary>The id a client sent: 1 to 255 characters, no control characters, no halves of surrogate pairs.</summary>
    public static bool TryFromClient([NotNullWhen(true)] string? text, out RequestId requestId)
    {
        if (text is { Length: > 0 and <= Limits.MaxRequestIdLength } && PlainText.IsValid(text))
        {
            requestId = new RequestId(ClientPrefix + text);
            return true;
        }

        requestId = default;
        return false;
    }

    /// <summary>The id a client sent.</summary>
    /// <exception cref="ArgumentException">It is empty, too long or has control characters.</exception>
    public static RequestId FromClient(string text) => TryFromClient(text, out var requestId)
        ? requestId
        : throw new ArgumentException($"A request id has 1 to {Limits.MaxRequestIdLength} characters and no control characters.", nameof(text));

    /// <summary>The id of a transfer's credit to its receiver.</summary>
    public static RequestId ForCredit(Guid transferId) => new($"{TransferPrefix}{transferId:N}/credit");

    /// <summary>The id of a transfer's refund to its sender.</summary>
    public static RequestId ForRefund(Guid transferId) => new($"{TransferPrefix}{transferId:N}/refund");

    /// <summary>The id as the journal has it.</summary>
    public static RequestId FromStored(string value) => new(value);

    /// <inheritdoc />
    public override string ToString() => _value ?? "";
}
