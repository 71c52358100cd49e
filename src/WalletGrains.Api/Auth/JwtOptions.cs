using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>How access tokens are made and checked; section <c>Jwt</c> of the configuration.</summary>
public sealed class JwtOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Jwt";

    /// <summary>A key may have no fewer bytes: as many as SHA-256 gives out (RFC 7518, 3.2).</summary>
    public const int MinKeyBytes = 32;

    /// <summary>A token may live no longer than this many seconds.</summary>
    public const int MaxLifetimeSeconds = 900;

    /// <summary>The secret all nodes sign and check with: standard base64 of at least <see cref="MinKeyBytes"/> random bytes. Required.</summary>
    public string Key { get; set; } = "";

    /// <summary>Who issues the tokens: the claim iss.</summary>
    public string Issuer { get; set; } = "walletgrains";

    /// <summary>Whom they are for: the claim aud.</summary>
    public string Audience { get; set; } = "walletgrains-api";

    /// <summary>Seconds a token lives, 1 to <see cref="MaxLifetimeSeconds"/>.</summary>
    public int LifetimeSeconds { get; set; } = MaxLifetimeSeconds;

    /// <summary>The key's bytes; null when <see cref="Key"/> is not base64.</summary>
    internal byte[]? KeyBytes()
    {
        var bytes = new byte[Key.Length];
        return Convert.TryFromBase64String(Key, bytes, out var written) ? bytes[..written] : null;
    }

    /// <summary>Refuses to start with options that would make tokens forgeable or useless.</summary>
    internal sealed class Validator : IValidateOptions<JwtOptions>
    {
        public ValidateOptionsResult Validate(string? name, JwtOptions options)
        {
            var failures = new List<string>();
            var key = options.KeyBytes();
            if (options.Key.Length == 0)
            {
                failures.Add($"Jwt:Key is missing. Set it to the base64 text of at least {MinKeyBytes} random bytes, such as 'openssl rand -base64 48' gives.");
            }
            else if (key is null)
            {
                failures.Add("Jwt:Key is not base64 text.");
            }
            else if (key.Length < MinKeyBytes)
            {
                failures.Add($"Jwt:Key has {key.Length} bytes; it must have at least {MinKeyBytes}.");
            }

            if (string.IsNullOrWhiteSpace(options.Issuer))
            {
                failures.Add("Jwt:Issuer must not be empty.");
            }

            if (string.IsNullOrWhiteSpace(options.Audience))
            {
                failures.Add("Jwt:Audience must not be empty.");
            }

            if (options.LifetimeSeconds is < 1 or > MaxLifetimeSeconds)
            {
                failures.Add($"Jwt:LifetimeSeconds is {options.LifetimeSeconds}; it must be 1 to {MaxLifetimeSeconds}.");
            }

            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
