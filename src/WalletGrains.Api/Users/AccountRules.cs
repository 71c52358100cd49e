using System.Diagnostics;
using System.Text.RegularExpressions;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>What an account's fields may be.</summary>
internal static partial class AccountRules
{
    /// <summary>RFC 5321, 4.5.3.1.3: 256 with the angle brackets.</summary>
    public const int MaxEmailLength = 254;

    /// <summary>Characters of a name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>RFC 5321, 4.5.3.1.1.</summary>
    private const int MaxLocalPartLength = 64;

    private const int MaxPhoneLength = 16;

    /// <summary>
    /// An e-mail address that can be delivered to: a dot-atom of at most 64 characters and a domain of at least two labels.
    /// Quoted local parts and other scripts are refused: lookalike letters would let two people share one address to the eye.
    /// </summary>
    public static string Email(this FieldErrors errors, string? value)
    {
        var email = errors.RequiredText("email", value, 1, MaxEmailLength);
        if (email.Length > 0 && (email.IndexOf('@', StringComparison.Ordinal) > MaxLocalPartLength || !EmailPattern().IsMatch(email)))
        {
            errors.Add("email", "email must be an e-mail address, such as ada@example.com.");
        }

        return email;
    }

    /// <summary>A password for a new account: its length. What else makes a good one is looked at where it is stored.</summary>
    public static string NewPassword(this FieldErrors errors, string field, string? value) =>
        errors.RequiredText(field, value, Limits.MinPasswordLength, Limits.MaxPasswordLength);

    /// <summary>Tells why a password is refused.</summary>
    public static Problem Refused(string field, PasswordRefusal refusal)
    {
        var errors = new FieldErrors();
        errors.Add(field, refusal switch
        {
            PasswordRefusal.TooShort => $"{field} must have at least {Limits.MinPasswordLength} characters.",
            PasswordRefusal.LikeEmail => $"{field} must not be your e-mail address.",
            PasswordRefusal.TooCommon => $"{field} is one of those that are guessed first. Take several words, or something longer.",
            _ => throw new UnreachableException($"Unknown refusal {refusal}."),
        });
        return Problem.Invalid(errors);
    }

    /// <summary>A name with at least one visible character.</summary>
    public static string FullName(this FieldErrors errors, string? value)
    {
        var name = errors.RequiredText("fullName", value, 1, MaxNameLength);
        if (name.Length > 0 && string.IsNullOrWhiteSpace(name))
        {
            errors.Add("fullName", "fullName must not be blank.");
        }

        return name;
    }

    /// <summary>A number in the manner of E.164.</summary>
    public static string? Phone(this FieldErrors errors, string? value)
    {
        var phone = errors.OptionalText("phone", value, MaxPhoneLength);
        if (phone is not null && !PhonePattern().IsMatch(phone))
        {
            errors.Add("phone", "phone must have 7 to 15 digits, a plus sign before them if you like.");
        }

        return phone;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"\A\+?[1-9][0-9]{6,14}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PhonePattern();
}
