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
            : IsCommon(whole) || IsCommon(core) || IsRepetition(whole) || IsSequence(whole) ? PasswordRefusal.TooCommon
            : null;

        bool IsCommon(string text) => common.Contains(text) || common.Contains(WithLetters(text));
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

    /// <summary>Each character next to the one before, upwards or downwards: <c>abcdefghij</c>, <c>9876543210</c>, <c>1234567890</c>.</summary>
    private static bool IsSequence(string text)
    {
        return IsBy(1) || IsBy(-1);

        bool IsBy(int step)
        {
            for (var i = 1; i < text.Length; i++)
            {
                // A nought is before the one, and behind the nine.
                var isAround = char.IsAsciiDigit(text[i]) && char.IsAsciiDigit(text[i - 1]) && text[i - 1] - text[i] == 9 * step;
                if (text[i] - text[i - 1] != step && !isAround)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The letters that people write with digits and signs: <c>p@ssw0rd</c>.</summary>
    private static string WithLetters(string text) => string.Create(text.Length, text, static (letters, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            letters[i] = text[i] switch { '0' => 'o', '1' or '!' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', _ => text[i] };
        }
    });

    /// <summary>The digits and signs in a text, which people put around a word: <c>Password2024!</c>.</summary>
    private static ReadOnlySpan<char> DecorationOf(string text) => text.Where(character => !char.IsLetter(character)).Distinct().ToArray();
}
