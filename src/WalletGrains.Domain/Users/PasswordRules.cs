using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Domain.Users;

/// <summary>
/// What a new password may be: long, and none that is guessed first. No rules of composition: they make people choose alike
/// (NIST SP 800-63B, 5.1.1.2).
/// </summary>
public static class PasswordRules
{
    /// <summary>Shorter first parts of addresses are words that may well be in a good password.</summary>
    private const int MinLocalPartLength = 4;

    /// <summary>Why the password is refused; null when it is not.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">The user's e-mail address.</param>
    /// <param name="common">Passwords that many people have, in lower case: long ones, and words that short ones are made of.</param>
    public static PasswordRefusal? Check(string password, string email, IReadOnlySet<string> common)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(email);
        ArgumentNullException.ThrowIfNull(common);
        var whole = password.ToLowerInvariant();
        var core = whole.AsSpan().Trim(DecorationOf(whole)).ToString();
        return password.Length < Limits.MinPasswordLength ? PasswordRefusal.TooShort
            : IsLike(email, whole, core) ? PasswordRefusal.LikeEmail
            : common.Contains(whole) || common.Contains(core) || IsRepetition(whole) ? PasswordRefusal.TooCommon
            : null;
    }

    private static bool IsLike(string email, string whole, string core)
    {
        var address = email.Trim().ToLowerInvariant();
        var localPart = address.Split('@')[0];
        return whole == address || (localPart.Length >= MinLocalPartLength && (whole == localPart || core == localPart));
    }

    /// <summary>Up to three characters, again and again: <c>1212121212</c>, <c>aaaaaaaaaa</c>.</summary>
    private static bool IsRepetition(string text)
    {
        for (var period = 1; period <= 3; period++)
        {
            if (text.AsSpan(period).SequenceEqual(text.AsSpan(0, text.Length - period)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The digits and signs in a text, which people put around a word: <c>Password2024!</c>.</summary>
    private static ReadOnlySpan<char> DecorationOf(string text) => text.Where(character => !char.IsLetter(character)).Distinct().ToArray();
}
