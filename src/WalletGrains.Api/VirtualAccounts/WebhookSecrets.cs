using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>What the bank signs its reports with: the secret in force and, while it is being changed, the one before it.</summary>
internal sealed class WebhookSecrets
{
    private const string CurrentSetting = "GLOBUS_WEBHOOK_SECRET";
    private const string PreviousSetting = "GLOBUS_WEBHOOK_SECRET_PREVIOUS";
    private const int MinLength = 16;

    private readonly byte[][] _secrets;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="OptionsValidationException">A secret is too short, or there is a previous one only.</exception>
    public WebhookSecrets(IConfiguration configuration)
    {
        var current = Read(configuration, CurrentSetting);
        var previous = Read(configuration, PreviousSetting);
        if (current is null && previous is not null)
        {
            throw Invalid(PreviousSetting, $"is set, and {CurrentSetting} is not");
        }

        _secrets = [.. new[] { current, previous }.OfType<byte[]>()];
    }

    /// <summary>Whether there is one. Without it nothing can be believed.</summary>
    public bool Any => _secrets.Length > 0;

    /// <summary>Whether a body was signed with one of the secrets. The time it takes does not depend on how much of a signature is right.</summary>
    /// <param name="signature">What the request says: the HMAC-SHA256 of the body in hexadecimal digits.</param>
    /// <param name="body">The body, byte for byte as it came.</param>
    public bool HaveSigned(string? signature, ReadOnlySequence<byte> body)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (signature is not { Length: HMACSHA256.HashSizeInBytes * 2 }
            || Convert.FromHexString(signature, given, out _, out _) is not OperationStatus.Done)
        {
            return false;
        }

        var isAny = false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in _secrets)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            foreach (var part in body)
            {
                hmac.AppendData(part.Span);
            }

            hmac.GetHashAndReset(expected);
            isAny |= CryptographicOperations.FixedTimeEquals(expected, given);
        }

        return isAny;
    }

    private static byte[]? Read(IConfiguration configuration, string setting)
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return text.Length >= MinLength ? Encoding.UTF8.GetBytes(text) : throw Invalid(setting, $"has fewer than {MinLength} characters");
    }

    private static OptionsValidationException Invalid(string setting, string what) =>
        new(setting, typeof(WebhookSecrets), [$"{setting} {what}."]);
}
