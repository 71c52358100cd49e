using System.Text.RegularExpressions;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.BalanceSync;

namespace WalletGrains.Api.BalanceSync;

/// <summary>What the fields of mobile users may be.</summary>
internal static partial class MobileUserRules
{
    /// <summary>The names of contexts.</summary>
    public const string MobileBanking = "MOBILE_BANKING";

    /// <summary>See <see cref="MobileBanking"/>.</summary>
    public const string WalletOnly = "WALLET";

    private const int MaxUsernameLength = 64;
    private const int MaxNumberLength = 34;
    private const int MaxTypeLength = 64;

    /// <summary>A name to sign in with. It has no @, so it is nobody's e-mail address.</summary>
    public static string Username(this FieldErrors errors, string? value)
    {
        var username = errors.RequiredText("username", value, 1, MaxUsernameLength);
        if (username.Length > 0 && !UsernamePattern().IsMatch(username))
        {
            errors.Add("username", "username must have 3 to 64 letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit.");
        }

        return username;
    }

    /// <summary>A number of the core banking system. It becomes a part of a path there.</summary>
    public static string Number(this FieldErrors errors, string field, string? value)
    {
        var number = errors.RequiredText(field, value, 1, MaxNumberLength);
        if (number.Length > 0 && !number.All(char.IsAsciiLetterOrDigit))
        {
            errors.Add(field, $"{field} must have letters and digits only.");
        }

        return number;
    }

    /// <summary>What sort of account it is; CURRENT when nothing is said.</summary>
    public static string AccountType(this FieldErrors errors, string? value) => errors.OptionalText("accountType", value, MaxTypeLength) ?? "CURRENT";

    /// <summary>What a mobile user uses.</summary>
    public static MobileContext Context(this FieldErrors errors, string? value)
    {
        if (value is not (null or MobileBanking or WalletOnly))
        {
            errors.Add("context", $"context must be one of {MobileBanking}, {WalletOnly}.");
        }

        return value is WalletOnly ? MobileContext.Wallet : MobileContext.MobileBanking;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{1,62}[A-Za-z0-9]\z")]
    private static partial Regex UsernamePattern();
}
