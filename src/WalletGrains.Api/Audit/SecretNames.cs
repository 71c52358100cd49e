using System.Buffers;

namespace WalletGrains.Api.Audit;

/// <summary>
/// Tells by its name what is a secret. By name and not by a list of our own members: a client that sends a body to the wrong
/// place must not find its password in a table.
/// </summary>
internal static class SecretNames
{
    /// <summary>What is stored in the place of a secret.</summary>
    public const string Mask = "***";

    private static readonly SearchValues<string> Parts = SearchValues.Create(
        ["password", "passwd", "passphrase", "passcode", "secret", "token", "authorization", "apikey", "credential", "privatekey", "signature", "cookie"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Whole = SearchValues.Create(["pin", "otp", "cvv", "cvc", "pwd", "jwt"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a member, header or parameter with this name holds a secret. Hyphens and underscores do not count.</summary>
    public static bool Contains(ReadOnlySpan<char> name)
    {
        if (name.Length > ApiLimits.MaxMemberName)
        {
            // Nobody's honest name; what it holds is not worth the look.
            return true;
        }

        Span<char> letters = stackalloc char[name.Length];
        var length = 0;
        foreach (var letter in name)
        {
            if (letter is not ('-' or '_'))
            {
                letters[length++] = letter;
            }
        }

        letters = letters[..length];
        return ((ReadOnlySpan<char>)letters).ContainsAny(Parts) || (length == 3 && ((ReadOnlySpan<char>)letters).ContainsAny(Whole));
    }
}
